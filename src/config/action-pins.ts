/**
 * The actions of others in the workflows that we write, show and run ourselves: a commit each, because who may move a
 * tag could change what runs beside the token; and the tag that it had.
 */
const actionPins = {
  'actions/checkout': { commit: '08c6903cd8c0fde910a37f88322edcfb5dd907a8', tag: 'v5.0.0' },
  'actions/upload-artifact': { commit: 'ea165f8d65b6e75b540449e92b4886f43607fa02', tag: 'v4.6.2' },
  'actions/download-artifact': { commit: '634f93cb2916e3fdff6788551b99b062d0335ce0', tag: 'v5.0.0' },
} as const;

export const pinnedActions: readonly string[] = Object.keys(actionPins);

/** An action as `uses:` names it, with its tag as a comment. */
export function pinned(action: keyof typeof actionPins): string {
  const { commit, tag } = actionPins[action];
  return `${action}@${commit} # ${tag}`;
}

/** Our own action: a workflow that is written before the release has a commit can only name its tag. */
export function ownAction({ action, version }: { readonly action: string; readonly version: string }): string {
  const used = `${action}@${version}`;
  return /^[0-9a-f]{40}$/.test(version)
    ? used
    : `${used} # zizmor: ignore[unpinned-uses] a release's tag stays; better is its commit, as above`;
}
