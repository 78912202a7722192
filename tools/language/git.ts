import { execFileSync } from 'node:child_process'

/** Runs git and returns its standard output, or null if git fails. */
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

/** Returns the id of the commit that a revision names, or null if it does not exist. */
export function findCommit(folder: string, revision: string): string | null {
  return tryGit(folder, 'rev-parse', '--verify', '--quiet', `${revision}^{commit}`)?.trim() ?? null
}

/**
 * Returns the newest commit of `HEAD` that is already merged: the tip of `origin/main` or else of `main`, if that
 * commit is an ancestor of `HEAD` and not `HEAD` itself. Returns null when no such commit exists, for example on `main`
 * itself.
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
