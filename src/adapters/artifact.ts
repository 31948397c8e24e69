import { dirname, join } from 'node:path';

/** Artifacts pass files between the jobs of one workflow run; GitHub Enterprise Server and other runners have none. */
export function hasArtifacts(env: Readonly<Record<string, string | undefined>>): boolean {
  return Boolean(env.ACTIONS_RUNTIME_TOKEN && env.ACTIONS_RESULTS_URL);
}

/** Leaves a file as the artifact of that name; an earlier attempt's is replaced. */
export async function uploadArtifact(name: string, file: string): Promise<void> {
  const { DefaultArtifactClient, ArtifactNotFoundError } = await import('@actions/artifact');
  const client = new DefaultArtifactClient();
  await client.deleteArtifact(name).catch((error: unknown) => {
    if (!(error instanceof ArtifactNotFoundError)) throw error;
  });
  await client.uploadArtifact(name, [file], dirname(file));
}

/** Fetches a file of an artifact of this run into a folder, and answers its path. */
export async function downloadArtifact(name: string, file: string, folder: string): Promise<string> {
  const { DefaultArtifactClient } = await import('@actions/artifact');
  const client = new DefaultArtifactClient();
  const { artifact } = await client.getArtifact(name);
  await client.downloadArtifact(artifact.id, { path: folder });
  return join(folder, file);
}
