import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionInputs, type Command, type OptionSpec, options, optionsOf } from '../../src/config/options.ts';
import { readOption } from '../../src/config/read-option.ts';
import { UserError } from '../../src/errors.ts';

const option = (name: string): OptionSpec => options.find((each) => each.name === name)!;
const failure = (name: string, text: string, from?: string): UserError => {
  try {
    readOption(option(name), text, from);
  } catch (error) {
    assert.ok(error instanceof UserError);
    return error;
  }
  throw new Error(`${name} took ${text}`);
};

test('each option stands once, says in a sentence what it does, and is of use somewhere', () => {
  assert.equal(new Set(options.map(({ name }) => name)).size, options.length);
  for (const { name, sentence, commands, input, type, choices } of options) {
    assert.match(name, /^[a-z]+(-[a-z]+)*$/);
    assert.match(sentence, /^[A-Za-z].*\.$/);
    assert.ok(commands.length > 0 || input, name);
    assert.equal(new Set(commands).size, commands.length);
    assert.equal(type === 'choice', choices !== undefined);
  }
});

test('every default is a value that the option takes', () => {
  for (const each of options) if (each.default !== null) readOption(each, each.default);
});

test('commands and inputs have their options in the order of the table', () => {
  const commands: Command[] = ['review', 'publish', 'rows', 'demo', 'init', 'explain', 'bot'];
  for (const command of commands)
    assert.deepEqual(
      optionsOf(command),
      options.filter((each) => each.commands.includes(command)),
    );
  assert.ok(actionInputs().some(({ name }) => name === 'token'));
  assert.ok(!actionInputs().some(({ name }) => name === 'repo'));
  assert.ok(
    options.every(({ name, commands: taken }) => name !== 'token' || taken.length === 0),
    'no token in a shell history',
  );
});

test('every type is read', () => {
  assert.equal(readOption(option('budget'), '1h30m'), 5400);
  assert.equal(readOption(option('shadows'), '64'), 64);
  assert.deepEqual(readOption(option('only'), 'row-diff, membership'), ['row-diff', 'membership']);
  assert.equal(readOption(option('device'), 'cpu'), 'cpu');
  assert.equal(readOption(option('dry-run'), 'true'), true);
  assert.equal(readOption(option('repo'), 'a b/ü'), 'a b/ü');
});

test('a wrong value is told with what was expected, on one short line', () => {
  const cases: [string, string, RegExp][] = [
    ['budget', 'soon', /^--budget: expected a duration such as 90s, 5m or 1h30m, received "soon"\.$/],
    ['shadows', '7', /a whole number from 8 to 1024, received "7"/],
    ['shadows', '', /received ""/],
    ['device', 'gpu', /expected auto or cpu or webgpu or cuda, received "gpu"/],
    ['only', 'a,,b', /expected names between commas/],
    ['dry-run', 'yes', /expected true or false/],
    ['repo', ' ', /expected a path/],
    ['base', 'a\nb', /expected a text on one line/],
    ['seed', 'x'.repeat(5000), /received "x+/],
    ['base', '\u001b[31mred\u0007', /received/],
  ];
  for (const [name, text, message] of cases) {
    const error = failure(name, text);
    assert.equal(error.code, 'option-invalid');
    assert.match(error.message, message);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must not come through
    assert.doesNotMatch(error.message, /[\u0000-\u001f]/);
    assert.ok(error.message.length < 300);
    assert.equal(error.hint, option(name).sentence);
  }
  assert.match(failure('budget', 'x', 'budget').message, /^budget: /);
});
