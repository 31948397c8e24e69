const GITHUB =
  /^(?:https:\/\/(?:[^@/\s]*@)?github\.com\/|(?:ssh:\/\/)?git@github\.com[:/])([\w.-]{1,100}\/[\w.-]{1,100}?)(?:\.git)?\/?$/i;

/** `owner/name` of a repository on GitHub, by the address of its remote, never more of it; null for any other. */
export const hostedAt = (remote: string | null): string | null => GITHUB.exec(remote ?? '')?.[1] ?? null;
