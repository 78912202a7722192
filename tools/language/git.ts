import { execFileSync } from 'node:child_process'

/** Returns what git prints to standard output, or null when git exits with an error. */
export function tryGit(folder: string, ...args: readonly string[]): string | null {
  try {
    return execFileSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    return null
  }
}

/** Returns the id of the commit that `revision` names, or null when there is none. */
export function findCommit(folder: string, revision: string): string | null {
  return tryGit(folder, 'rev-parse', '--verify', '--quiet', `${revision}^{commit}`)?.trim() ?? null
}

/**
 * Returns the newest commit that others have already accepted: the tip of the first of `origin/main` and `main` that is
 * a true ancestor of `HEAD`. Null when there is none, for example on `main` itself.
 */
export function findBase(folder: string): string | null {
  const head = findCommit(folder, 'HEAD')
  for (const branch of ['refs/remotes/origin/main', 'refs/heads/main']) {
    const tip = findCommit(folder, branch)
    if (tip !== null && tip !== head && tryGit(folder, 'merge-base', '--is-ancestor', tip, 'HEAD') !== null)
      return tip
  }
  return null
}
