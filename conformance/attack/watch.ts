import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface WatchOptions {
  /** Folders whose files are compared, including all subfolders. */
  readonly folders: readonly string[]
  /** Folders in which the attacker may change all files. */
  readonly own: readonly string[]
  /** Folders and files that must not change, even if they are in a folder of the attacker. */
  readonly guarded: readonly string[]
  /** Text that all canaries contain. Files of the attacker must not contain it. */
  readonly content: string
  /** Pattern of paths that the server changes without a request. These files are ignored. */
  readonly ignored?: RegExp
}

/** Compares the files on disk before and after an attack. Does not rely on the responses of the server. */
export class Watch {
  readonly #options: WatchOptions
  #before: ReadonlyMap<string, string>
  /** New files that were already reported as forbidden. Their later deletion is not reported. */
  readonly #intruders = new Set<string>()

  constructor(options: WatchOptions) {
    this.#options = options
    this.#before = this.#look()
  }

  /** Records the current files, with which the next call of `changes` compares. */
  reset(): void {
    this.#before = this.#look()
  }

  /**
   * Returns the forbidden changes since the previous call, or an empty list.
   *
   * @param elsewhere whether the attacker may have created tables at free locations, so that only changes of guarded
   * files are reported
   */
  changes(elsewhere: boolean): string[] {
    const now = this.#look()
    const found: string[] = []
    for (const [path, state] of now) {
      const before = this.#before.get(path)
      if (before === state) continue
      const { own, guarded, content } = this.#options
      if (isIn(guarded, path) || (!elsewhere && !isIn(own, path)))
        found.push(this.#intruder(path, before === undefined ? 'written' : 'changed'))
      else if (holds(path, content)) found.push(`copied from a canary: ${path}`)
    }
    // Reports only guarded files, because the server deletes the files of dropped tables.
    for (const path of this.#before.keys())
      if (!now.has(path) && !this.#intruders.has(path) && isIn(this.#options.guarded, path))
        found.push(`deleted: ${path}`)
    this.#before = now
    return found
  }

  #intruder(path: string, how: 'written' | 'changed'): string {
    if (how === 'written') this.#intruders.add(path)
    return `${how}: ${path}`
  }

  #look(): Map<string, string> {
    const { folders, ignored } = this.#options
    const seen = new Map<string, string>()
    for (const folder of folders) {
      for (const path of filesBelow(folder)) {
        if (ignored?.test(path) === true) continue
        const state = readState(path)
        if (state !== undefined) seen.set(path, state)
      }
    }
    return seen
  }
}

function isIn(places: readonly string[], path: string): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`))
}

/**
 * Yields the paths of all files below the folder. A file may no longer exist when it is read, because purges run at the
 * same time.
 */
function* filesBelow(folder: string): Generator<string> {
  for (const entry of listEntries(folder)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else if (entry.isFile()) yield path
  }
}

function listEntries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

function readState(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? undefined : `${stat.ino} ${stat.size} ${stat.mtimeMs}`
}

function holds(path: string, content: string): boolean {
  try {
    return readFileSync(path).includes(content)
  } catch {
    return false
  }
}
