import { ownAction, pinned } from './action-pins.ts';

const DEFAULT_CONFIG = '.github/taster.yml';

/**
 * The default workflow in two jobs: what opens the change's files has no token that could write, and what may write
 * opens nothing of the change but validated JSON. `action` is the action's repository, `version` a tag or commit,
 * `config` the path of the configuration.
 */
export function workflowYaml({
  action,
  version,
  config = DEFAULT_CONFIG,
}: {
  readonly action: string;
  readonly version: string;
  readonly config?: string;
}): string {
  const given = config === DEFAULT_CONFIG ? '' : `\n          config: ${JSON.stringify(config)}`;
  const own = ownAction({ action, version });
  return `name: taster

# No "paths:" filter: a skipped workflow leaves a required check pending for ever. Where no data or model changed,
# Taster ends in seconds.
on:
  pull_request:
    types: [opened, synchronize, reopened, edited] # edited: the target branch may have changed
  merge_group:
  workflow_dispatch:
  # Once a week, what came to the default branch in the last 7 days; the report stands in the job summary.
  # schedule:
  #   - cron: "17 5 * * 1"

permissions: {}

concurrency:
  group: taster-\${{ github.event.pull_request.number || github.ref }}
  cancel-in-progress: \${{ github.event_name == 'pull_request' }}

jobs:
  # Make this job the required check.
  review:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    permissions:
      contents: read
    steps:
      - uses: ${pinned('actions/checkout')}
        with:
          fetch-depth: 0 # the merge base must be there; Taster fetches it itself only where no token is needed
          persist-credentials: false
      - uses: ${own}
        id: taster
        with:
          mode: review # no token${given}
      - uses: ${pinned('actions/upload-artifact')}
        if: \${{ always() && steps.taster.outputs.review-path != '' }}
        with:
          name: taster
          path: |
            \${{ steps.taster.outputs.review-path }}
            \${{ steps.taster.outputs.report-path }}
          overwrite: true # another attempt of the same run

  # From a fork the token is read-only: the comment is left out with a warning, the report stands in the job summary.
  # docs/configuration.md has a workflow_run recipe that comments on pull requests from forks, too.
  publish:
    needs: review
    if: \${{ !cancelled() && github.event_name == 'pull_request' }}
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read # the configuration of the target branch
      pull-requests: write # the comment
    steps:
      - uses: ${pinned('actions/download-artifact')}
        with:
          name: taster
          path: \${{ runner.temp }}/taster/taster # the id is the last part
      - uses: ${own}
        with:
          mode: publish # opens nothing of the change but the validated review.json${given}
          token: \${{ github.token }}
`;
}
