import { repositoryRoot } from '../../conformance/lib/paths.ts'
import { runSuccessfully } from '../../conformance/lib/run-program.ts'

/** Returns the git tags of releases, oldest first. A shallow clone has no tags. */
export async function listReleases(): Promise<string[]> {
  const args = ['tag', '--list', 'v[0-9]*', '--sort=version:refname']
  const tags = await runSuccessfully('git', args, { cwd: repositoryRoot })
  return tags.split('\n').filter((tag) => tag !== '')
}
