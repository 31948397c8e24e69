import { quoteText } from './quote.ts';

export type Encoding = 'utf-8' | 'utf-16';

/** SQL source of the raw lines of a text file as column `line`; a blank line is null. */
export function linesSql(localPath: string, encoding: Encoding, more = ''): string {
  return (
    `read_csv(${quoteText(localPath)}, auto_detect=false, delim='\x1f', quote='', escape='', header=false, strict_mode=false, ` +
    `columns={'line': 'VARCHAR'}, encoding=${quoteText(encoding)}${more})`
  );
}
