const PAIR = /^([\w-]+)=([\w-]*)$/;

/** The value of a cookie; null where it is not there, has other signs than ours have, or stands there twice. */
export function readCookie(header: string | undefined, name: string): string | null {
  const found = (header ?? '').split(';').flatMap((part) => {
    const [, key, value] = PAIR.exec(part.trim()) ?? [];
    return key === name && value !== undefined ? [value] : [];
  });
  return found.length === 1 ? found[0]! : null;
}

export interface CookieOptions {
  /** Only over https. */
  readonly secure: boolean;
  /** 0 takes it away. */
  readonly seconds: number;
}

/** Set for the whole site, kept from scripts, and not sent along with what other sites post. */
export function writeCookie(name: string, value: string, { secure, seconds }: CookieOptions): string {
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure ? '; Secure' : ''}`;
}

/** A browser takes a name that begins so from this host alone, over https. */
export function cookieName(name: string, secure: boolean): string {
  return `${secure ? '__Host-' : ''}taster-${name}`;
}
