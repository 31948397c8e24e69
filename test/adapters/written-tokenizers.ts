/** Small tokenizers as `tokenizer.json` holds them, one of each kind of model. */

const added = (...tokens: readonly (readonly [string, number])[]) =>
  tokens.map(([content, id]) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true })); // biome-ignore format: one record
const vocabOf = (tokens: readonly string[]) => Object.fromEntries(tokens.map((token, id) => [token, id]));

export const wordPiece = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: added(['[PAD]', 0], ['[UNK]', 1], ['[CLS]', 2], ['[SEP]', 3]),
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2] },
  decoder: null,
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: vocabOf(['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'un', '##aff', '##able', 'hello', ',', 'good', 'bad', 'film']),
  },
};

export const byteLevel = {
  version: '1.0',
  truncation: null,
  padding: { strategy: 'BatchLongest', direction: 'Left', pad_id: 5, pad_type_id: 0, pad_token: 'l' },
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: null,
  decoder: { type: 'ByteLevel' },
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: '',
    end_of_word_suffix: '',
    fuse_unk: false,
    vocab: vocabOf(['e', 'r', 'w', 'o', 'Ġ', 'l', 'lo', 'low', 'er', 'Ġlow', 'Ã', '©']),
    merges: ['l o', 'lo w', 'e r', 'Ġ low'],
  },
};

export const unigram = {
  version: '1.0',
  truncation: { direction: 'Right', max_length: 4, strategy: 'LongestFirst', stride: 0 },
  padding: null,
  added_tokens: added(['<unk>', 0], ['</s>', 1]),
  normalizer: null,
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 0 } }],
    special_tokens: { '</s>': { id: '</s>', ids: [1], tokens: ['</s>'] } },
  },
  decoder: null,
  model: {
    type: 'Unigram',
    unk_id: 0,
    vocab: [['<unk>', 0], ['</s>', 0], ['▁hello', -1], ['▁wor', -1.5], ['ld', -1.2], ['▁world', -4], ['▁', -2]], // biome-ignore format: a table
  },
};
