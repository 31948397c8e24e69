import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';

/** The parts of a SARIF file that tests look at. */
export interface SarifLog {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly SarifLogRule[] } };
    readonly invocations: readonly {
      readonly executionSuccessful: boolean;
      readonly exitCode: number;
      readonly exitCodeDescription: string;
      readonly toolExecutionNotifications: readonly { level: string; message: { text: string } }[];
    }[];
    readonly results: readonly SarifLogResult[];
  }[];
}

interface SarifLogRule {
  readonly id: string;
  readonly name: string;
  readonly shortDescription: { readonly text: string };
  readonly fullDescription: { readonly text: string };
  readonly help: { readonly text: string; readonly markdown: string };
  readonly properties: { readonly tags: readonly string[] };
}

interface SarifLogLocation {
  readonly physicalLocation: { readonly artifactLocation: { uri: string }; readonly region?: { startLine: number } };
  readonly message?: { readonly text: string };
}

export interface SarifLogResult {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly SarifLogLocation[];
  readonly relatedLocations?: readonly SarifLogLocation[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly suppressions?: readonly { kind: string; status: string; justification: string }[];
  readonly properties: Readonly<Record<string, unknown>>;
}

const validate = compile();

/** What GitHub takes, compressed; held here without compression, too. */
const LARGEST = 10_000_000;

/** Reads a SARIF file. Throws where the published schema or GitHub's documented limits are not kept. */
export function readSarif(text: string): SarifLog['runs'][number] {
  const log = JSON.parse(text) as SarifLog;
  assert.ok(validate(log), JSON.stringify(validate.errors?.slice(0, 3)));
  assert.ok(Buffer.byteLength(text) < LARGEST, `${Buffer.byteLength(text)} bytes`);
  assert.ok(text.isWellFormed());
  assert.equal(log.runs.length, 1);
  const [run] = log.runs;
  assert.ok(run!.results.length <= 5000, `${run!.results.length} results`);
  for (const { id, name, shortDescription, fullDescription, properties } of run!.tool.driver.rules) {
    assert.ok(id.length <= 255 && name.length <= 255 && properties.tags.length <= 10);
    for (const { text } of [shortDescription, fullDescription]) assert.ok(text !== '' && text.length <= 1024, id);
  }
  for (const result of run!.results) {
    // GitHub looks at the first location, and shows no result without one or without a line.
    assert.equal(result.locations.length, 1);
    assert.ok((result.locations[0]!.physicalLocation.region?.startLine ?? 0) >= 1);
    assert.match(result.partialFingerprints.primaryLocationLineHash ?? '', /^[0-9a-f]{32}:\d+$/);
    assert.ok((result.relatedLocations?.length ?? 0) <= 100);
    assert.equal(run!.tool.driver.rules[result.ruleIndex]?.id, result.ruleId);
  }
  return run!;
}

/** The schema of the standard's edition, which a package carries; it is of draft 4, without any word that draft 7 lacks. */
function compile() {
  const path = createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  const { $schema, id: _, ...schema } = JSON.parse(readFileSync(path, 'utf8'));
  assert.match($schema, /draft-04/);
  const ajv = new Ajv({ strict: false, allErrors: false, unicodeRegExp: false });
  addFormats.default(ajv);
  return ajv.compile(schema);
}
