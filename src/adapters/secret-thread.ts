import { parentPort } from 'node:worker_threads';
import { lintSource } from '@secretlint/core';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import { type Match, personalData, withoutOverlaps } from '../table/secrets/personal-data.ts';
import type { ThreadMessage } from './timed-thread.ts';

export interface SecretOrder {
  readonly texts: readonly string[];
}

/** Per text what it holds; null where the linter broke over them, whose own words may quote them. */
export interface SecretAnswer {
  readonly found: readonly (readonly Match[])[] | null;
}

/** The linter's rules, by what they find. A rule that is new to it is told by its own name. */
const KINDS: Readonly<Record<string, string>> = {
  '1password': '1Password service account token',
  anthropic: 'Anthropic API key',
  aws: 'AWS key',
  basicauth: 'password in an address',
  cloudflare: 'Cloudflare token',
  'database-connection-string': 'database password',
  databricks: 'Databricks token',
  docker: 'Docker access token',
  figma: 'Figma access token',
  gcp: 'Google Cloud private key',
  github: 'GitHub token',
  gitlab: 'GitLab token',
  grafana: 'Grafana token',
  groq: 'Groq API key',
  'hashicorp-vault': 'Vault token',
  huggingface: 'Hugging Face token',
  linear: 'Linear API key',
  notion: 'Notion token',
  npm: 'npm token',
  openai: 'OpenAI API key',
  privatekey: 'private key',
  sendgrid: 'SendGrid API key',
  shopify: 'Shopify token',
  slack: 'Slack token',
  stripe: 'Stripe key',
  tailscale: 'Tailscale key',
  vercel: 'Vercel token',
};

const RULE = '@secretlint/secretlint-rule-';
const OPTIONS: Readonly<Record<string, object>> = { aws: { enableIDScanRule: true } };
/** All but the rule by which a comment switches the others off: whoever wrote the cells would. */
const CONFIG = {
  rules: rules
    .map((rule) => ({ id: rule.meta.id, rule, options: OPTIONS[rule.meta.id.replace(RULE, '')] ?? {} }))
    .filter(({ id }) => id !== `${RULE}filter-comments`),
};

/** Texts are linted many at a time: a call costs as much as ten thousand characters. No rule goes on over a NUL. */
const BETWEEN = '\n\0\n';

/** A worker thread that looks for secrets in texts; it is ended from outside where a pattern does not come to its end. */
function serve(): void {
  const answer = (message: ThreadMessage<SecretAnswer>) => parentPort!.postMessage(message);
  parentPort!.on('message', ({ texts }: SecretOrder) => {
    scan(texts).then(
      (found) => answer({ found }),
      () => answer({ found: null }),
    );
  });
  answer('ready');
}

async function scan(texts: readonly string[]): Promise<Match[][]> {
  const { messages } = await lintSource({
    source: { filePath: 'cells.txt', content: texts.join(BETWEEN), contentType: 'text', ext: '.txt' },
    options: { config: CONFIG, noPhysicFilePath: true },
  });
  const credentials = texts.map((): Match[] => []);
  const ranges = messages.filter(({ type }) => type === 'message').toSorted((a, b) => a.range[0] - b.range[0]);
  let [text, first] = [0, 0];
  for (const { range, ruleId } of ranges) {
    while (range[0] >= first + texts[text]!.length + BETWEEN.length) first += texts[text++]!.length + BETWEEN.length;
    const [start, end] = [range[0] - first, Math.min(range[1] - first, texts[text]!.length)];
    if (start >= end) continue;
    const rule = ruleId.replace(RULE, '');
    const value = texts[text]!.slice(start, end);
    credentials[text]!.push({ kind: KINDS[rule] ?? `${rule} credential`, isCredential: true, start, end, value });
  }
  return texts.map((each, at) => {
    const found = withoutOverlaps(credentials[at]!);
    return [...found, ...apartFrom(found, personalData(each))].sort((a, b) => a.start - b.start);
  });
}

/** Those that overlap none of `others`: a password before a host looks like a mail address. Both in the order of the text. */
function apartFrom(others: readonly Match[], matches: readonly Match[]): Match[] {
  let next = 0;
  return matches.filter(({ start, end }) => {
    while (next < others.length && others[next]!.end <= start) next++;
    return next === others.length || others[next]!.start >= end;
  });
}

serve();
