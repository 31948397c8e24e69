import { z } from 'zod';
import { UserError } from '../errors.ts';
import { missingForSignIn, type PagesSettings, pagesFields, pagesSettings } from './pages-settings.ts';

export interface BotEnvironment {
  readonly appId: number;
  readonly privateKey: string;
  readonly webhookSecret: string;
  readonly database: { readonly folder: string } | { readonly url: string };
  readonly host: string;
  readonly port: number;
  /** Reviews at once in this process. */
  readonly workers: number;
  /** Reviews at once of one installation, in all processes; null sets no limit. */
  readonly installationLimit: number | null;
  /** Whether the workers' engine runs without network: `auto` where the machine can, `required` or not at all. */
  readonly isolation: 'auto' | 'required' | 'none';
  /** Who makes the reviews: workers, which are children of the App, or this workflow of each repository. */
  readonly engine: 'workers' | { readonly workflow: string };
  /** How the log is written: a sentence a line, or JSON a line. */
  readonly logFormat: 'text' | 'json';
  readonly cloneLimitBytes: number;
  readonly api: string;
  readonly server: string;
  readonly pages: PagesSettings;
}

/** Probot's own default, and what people write in its place. */
const KNOWN_SECRETS = ['development', 'secret', 'changeme', 'webhook-secret'];
const SECRET_CHARACTERS = 16;

const address = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''));
const whole = (low: number, high: number) => z.coerce.number().int().min(low).max(high);

const schema = z
  .object({
    APP_ID: whole(1, Number.MAX_SAFE_INTEGER),
    PRIVATE_KEY: z
      .string()
      .transform((text) => text.replaceAll('\\n', '\n'))
      .pipe(z.string().regex(/^-----BEGIN (?:RSA )?PRIVATE KEY-----/, 'expected a private key in PEM form')),
    WEBHOOK_SECRET: z.string(),
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    TASTER_DATA: z.string().default('taster-data'),
    HOST: z.string().default('localhost'),
    PORT: whole(0, 65535).default(3000),
    WORKERS: whole(0, 64).default(1),
    INSTALLATION_LIMIT: whole(1, 10_000).optional(),
    ENGINE: z.enum(['workers', 'dispatch']).default('workers'),
    LOG_FORMAT: z.enum(['text', 'json']).default('text'),
    ISOLATION: z.enum(['auto', 'required', 'none']).default('auto'),
    WORKFLOW: z
      .string()
      .regex(/^[\w.-]{1,100}\.ya?ml$/, 'expected the name of a file in .github/workflows')
      .default('taster.yml'),
    /** MiB. */
    CLONE_LIMIT: whole(1, 1_000_000).default(4096),
    GITHUB_API_URL: address.default('https://api.github.com'),
    GITHUB_SERVER_URL: address.default('https://github.com'),
    NODE_ENV: z.string().optional(),
    ...pagesFields,
  })
  .superRefine((given, context) => {
    for (const name of missingForSignIn(given))
      context.addIssue({ code: 'custom', path: [name], message: 'is not set, which signing in needs' });
  })
  .superRefine(({ WORKERS, DATABASE_URL }, context) => {
    // An embedded database has one process: nobody else could work.
    if (WORKERS === 0 && DATABASE_URL === undefined)
      context.addIssue({ code: 'custom', path: ['WORKERS'], message: 'is 0, which needs DATABASE_URL' });
  })
  .superRefine(({ WEBHOOK_SECRET: secret, NODE_ENV: mode }, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', path: ['WEBHOOK_SECRET'], message });
    if (secret === '') refuse('is empty');
    else if (mode === 'development') return;
    else if (KNOWN_SECRETS.includes(secret)) refuse('is a default that everybody knows');
    else if (secret.length < SECRET_CHARACTERS) refuse(`has fewer than ${SECRET_CHARACTERS} characters`);
  });

/** Reads the App's settings. Throws one UserError that names everything that is wrong, and no value. */
export function readBotEnvironment(env: Readonly<Record<string, string | undefined>>): BotEnvironment {
  // An empty variable is one that is not set, but for the secret, which says so.
  const given = Object.entries(env).filter(([name, value]) => value !== '' || name === 'WEBHOOK_SECRET');
  const parsed = schema.safeParse({ ...Object.fromEntries(given) });
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message, code }) => {
      const name = String(path[0]);
      if (env[name] === undefined || (env[name] === '' && code !== 'custom')) return `${name} is not set`;
      return `${name} ${code === 'custom' ? message : `is not valid (${message.toLowerCase()})`}`;
    });
    throw new UserError('bot-environment', `The App cannot start: ${[...new Set(problems)].join('; ')}.`, {
      hint: 'docs/bot.md lists the settings; make a secret by `openssl rand -hex 32`.',
    });
  }
  const { data } = parsed;
  return {
    appId: data.APP_ID,
    privateKey: data.PRIVATE_KEY,
    webhookSecret: data.WEBHOOK_SECRET,
    database: data.DATABASE_URL === undefined ? { folder: data.TASTER_DATA } : { url: data.DATABASE_URL },
    host: data.HOST,
    port: data.PORT,
    workers: data.WORKERS,
    installationLimit: data.INSTALLATION_LIMIT ?? null,
    isolation: data.ISOLATION,
    logFormat: data.LOG_FORMAT,
    engine: data.ENGINE === 'workers' ? 'workers' : { workflow: data.WORKFLOW },
    cloneLimitBytes: data.CLONE_LIMIT * 2 ** 20,
    api: data.GITHUB_API_URL,
    server: data.GITHUB_SERVER_URL,
    pages: pagesSettings(data),
  };
}
