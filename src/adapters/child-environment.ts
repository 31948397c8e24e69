/** What every child of ours needs. No token, no GITHUB_*, ACTIONS_* or INPUT_*: what is not listed does not exist for it. */
const COMMON = [
  ...['PATH', 'LANG', 'LC_ALL', 'TZ', 'SystemRoot', 'windir', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH'],
  ...['CUDA_VISIBLE_DEVICES', 'VK_ICD_FILENAMES', 'VK_DRIVER_FILES'],
];

/** The variables of the parent that reach a child: a common list, and the names that this one needs beside. */
export function childEnvironment(
  parent: Readonly<Record<string, string | undefined>>,
  more: readonly string[] = [],
): Record<string, string> {
  const kept = [...COMMON, ...more].flatMap((name) =>
    parent[name] === undefined ? [] : [[name, parent[name]] as const],
  );
  return Object.fromEntries(kept);
}
