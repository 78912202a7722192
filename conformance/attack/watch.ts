import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface WatchOptions {
  /** Folders to compare, with everything below. */
  readonly folders: readonly string[]
  /** Folders in which the attacker may change anything. */
  readonly own: readonly string[]
  /** Folders and files that only their owner may change, regardless of other rights of the attacker. */
  readonly guarded: readonly string[]
  /** Part of the bytes of canaries, which files of the attacker must not contain. */
  readonly content: string
  /** Paths that change without requests. */
  readonly ignored?: RegExp
}

/** Compares the files on the disk before and after an attack, independently of the responses. */
export class Watch {
  readonly #options: WatchOptions
  #before: ReadonlyMap<string, string>
  /** Files that were reported already, so that their deletion by the server is not reported. */
  readonly #intruders = new Set<string>()

  constructor(options: WatchOptions) {
    this.#options = options
    this.#before = this.#look()
  }

  /** Accepts the current files as the new state. */
  reset(): void {
    this.#before = this.#look()
  }

  /**
   * Returns the forbidden changes since the last call; empty when there are none.
   *
   * @param elsewhere the attacker may have created tables at free locations: only guarded files count
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
    // The server deletes files of dropped tables.
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

/** Yields files that may be deleted during the iteration, because purges run meanwhile. */
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
