import { parentPort } from 'node:worker_threads';
import { Tokenizer } from '@huggingface/tokenizers';
import { joinTokens, type TokenRows } from '../features/tokens.ts';
import type { ThreadMessage } from './timed-thread.ts';

/** First the file, then texts: the thread keeps the tokenizer that it was given. */
export type TokenizerOrder =
  | { readonly file: Uint8Array }
  | { readonly texts: readonly string[]; readonly most: number; readonly padding: TokenRows['padding'] };

/** What the file says of itself. `refused`: why it is no tokenizer, or cannot encode a text. */
export type TokenizerAnswer =
  | { readonly limit: number | null; readonly padding: TokenRows['padding'] }
  | { readonly rows: TokenRows }
  | { readonly refused: string };

interface Opened {
  readonly tokenizer: Tokenizer;
  readonly limit: number | null;
  readonly cutsLeft: boolean;
  readonly padding: TokenRows['padding'];
}

type Json = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isId = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31; // biome-ignore format: one idea

const KINDS: readonly unknown[] = ['WordPiece', 'BPE', 'Unigram'];

/** A worker thread that reads one tokenizer.json and encodes texts with it; it is ended from outside where it hangs. */
function serve(): void {
  let opened: Opened | null = null;
  const answer = (message: ThreadMessage<TokenizerAnswer>) => parentPort!.postMessage(message);
  parentPort!.on('message', (order: TokenizerOrder) => {
    try {
      if ('file' in order) {
        opened = open(order.file);
        answer({ limit: opened.limit, padding: opened.padding });
      } else {
        const { texts, most, padding } = order;
        const rows = texts.map((text) => encode(opened!, text, most));
        answer({ rows: joinTokens(rows, padding) });
      }
    } catch (error) {
      // Whatever a hostile file makes the library throw is the file's fault.
      answer({ refused: error instanceof Error ? error.message : String(error) });
    }
  });
  answer('ready');
}

function open(file: Uint8Array): Opened {
  const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file));
  if (!isRecord(json) || !isRecord(json.model)) throw new Error('it has no model');
  // The library takes any other for a model that only looks words up.
  if (!KINDS.includes(json.model.type)) throw new Error(`its model is none of ${KINDS.join(', ')}`);
  const tokenizer = new Tokenizer({ normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, added_tokens: [], ...json }, {}); // biome-ignore format: one idea
  const { vocab } = json.model;
  if (!(Array.isArray(vocab) ? vocab.length > 0 : isRecord(vocab) && Object.keys(vocab).length > 0))
    throw new Error('its vocabulary is empty');
  const truncation = isRecord(json.truncation) ? json.truncation : null;
  const padding = isRecord(json.padding) ? json.padding : {};
  const limit = truncation && Number(truncation.max_length);
  if (limit !== null && !(Number.isInteger(limit) && limit >= 1)) throw new Error('its truncation has no length');
  const known = ['[PAD]', '<pad>'].map((token) => tokenizer.token_to_id(token)).find(isId);
  return {
    tokenizer,
    limit,
    cutsLeft: truncation?.direction === 'Left',
    padding: { id: isId(padding.pad_id) ? padding.pad_id : (known ?? 0), left: padding.direction === 'Left' },
  };
}

/** The ids of a text with its special tokens; a longer one loses tokens of its own, as the reference library cuts it. */
function encode({ tokenizer, cutsLeft }: Opened, text: string, most: number): number[] {
  const ids: unknown[] = tokenizer.encode(text).ids;
  const own = ids.length > most ? tokenizer.encode(text, { add_special_tokens: false }).ids : ids;
  const special = ids.length - own.length;
  const first = ids.length > most ? placeOf(ids, own, special) : 0;
  const kept = Math.max(0, most - special);
  const cut =
    ids.length <= most
      ? ids
      : [
          ...ids.slice(0, first),
          ...(cutsLeft ? own.slice(own.length - kept) : own.slice(0, kept)),
          ...ids.slice(first + own.length),
        ].slice(0, most);
  if (!cut.every(isId))
    throw new Error('a text has a token that is not in its vocabulary, and there is none for the unknown');
  return cut;
}

/** Where a text's own ids stand among all of its ids. */
function placeOf(ids: readonly unknown[], own: readonly unknown[], special: number): number {
  for (let first = 0; first < special; first++) if (own.every((id, at) => ids[first + at] === id)) return first;
  return Math.max(0, special);
}

serve();
