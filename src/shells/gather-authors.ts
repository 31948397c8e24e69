import { blameFile } from '../adapters/blame.ts';
import type { FilesAuthors } from '../audit/row-authors.ts';
import { UserError } from '../errors.ts';
import type { DataRequest } from '../review/request.ts';
import type { FileAuthors } from '../source/file-authors.ts';

/** Longest that the history of all files may take to be read. */
const LIMIT_SECONDS = 180;

/** Who committed the lines of the data sets' files; a sentence where the history cannot tell: other attacks go on. */
export async function gatherAuthors(
  root: string,
  revision: string,
  data: readonly Pick<DataRequest, 'head'>[],
  interrupted: AbortSignal,
): Promise<FilesAuthors> {
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(1000 * LIMIT_SECONDS)]);
  const files: FileAuthors[] = [];
  try {
    for (const path of new Set(data.flatMap(({ head }) => (head ?? []).map(({ repoPath }) => repoPath))))
      files.push(await blameFile(root, revision, path, signal));
    return { files, problem: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { files: [], problem: `${error.message} ${error.hint}` };
  }
}
