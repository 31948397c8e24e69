import { z } from 'zod';

/** Settings of what the App serves to people and to a monitor. */
export interface PagesSettings {
  /** Where people reach the App, without a path; null: no links to it are written, and nobody can sign in. */
  readonly publicUrl: string | null;
  /** The App's own OAuth client; null: nobody can sign in. */
  readonly client: { readonly id: string; readonly secret: string } | null;
  /** Days for which reports are kept; 0 keeps none. */
  readonly reportDays: number;
  /** What a monitor must show to read the metrics; null: nothing. */
  readonly metricsToken: string | null;
}

const MONITOR_CHARACTERS = 16;

export const pagesFields = {
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .refine((text) => URL.canParse(text) && isBare(new URL(text)), 'expected an address without path')
    .transform((text) => new URL(text).origin)
    .optional(),
  CLIENT_ID: z
    .string()
    .regex(/^[\w.-]{1,100}$/)
    .optional(),
  CLIENT_SECRET: z.string().min(16).max(200).optional(),
  REPORT_DAYS: z.coerce.number().int().min(0).max(36_500).default(90),
  METRICS_TOKEN: z.string().min(MONITOR_CHARACTERS).max(500).optional(),
};

type Given = z.infer<z.ZodObject<typeof pagesFields>>;

/** Signing in takes three settings: names the ones that are missing. */
export function missingForSignIn(given: Given): string[] {
  const names = ['CLIENT_ID', 'CLIENT_SECRET', 'PUBLIC_URL'] as const;
  const wanted = given.CLIENT_ID !== undefined || given.CLIENT_SECRET !== undefined;
  return wanted ? names.filter((name) => given[name] === undefined) : [];
}

export function pagesSettings(given: Given): PagesSettings {
  const { CLIENT_ID: id, CLIENT_SECRET: secret } = given;
  return {
    publicUrl: given.PUBLIC_URL ?? null,
    client: id === undefined || secret === undefined ? null : { id, secret },
    reportDays: given.REPORT_DAYS,
    metricsToken: given.METRICS_TOKEN ?? null,
  };
}

function isBare({ pathname, search, hash, username, password }: URL): boolean {
  return pathname === '/' && `${search}${hash}${username}${password}` === '';
}
