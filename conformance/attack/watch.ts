import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface WatchOptions {
  /** Everything below is looked at. */
  readonly folders: readonly string[]
  /** Folders in which the attacker may do anything. */
  readonly own: readonly string[]
  /** Folders and files that nobody but their owner may touch, whatever the attacker may make besides. */
  readonly guarded: readonly string[]
  /** In the bytes of canaries: nothing of the attacker's may hold it. */
  readonly content: string
  /** Paths that change by themselves. */
  readonly ignored?: RegExp
}

/** Looks at the disk itself for what an attack did, whatever the server answered. */
export class Watch {
  readonly #options: WatchOptions
  #before: ReadonlyMap<string, string>
  /** Told already, so that it is not told again when the server takes them away. */
  readonly #intruders = new Set<string>()

  constructor(options: WatchOptions) {
    this.#options = options
    this.#before = this.#look()
  }

  /** Takes what is there now as right. */
  reset(): void {
    this.#before = this.#look()
  }

  /**
   * What has happened since the last look and may not have; empty when all is well.
   *
   * @param elsewhere the attacker may have made tables at free places: only what is guarded counts
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
    // Files of dropped tables go by themselves.
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
        const state = stateOf(path)
        if (state !== undefined) seen.set(path, state)
      }
    }
    return seen
  }
}

function isIn(places: readonly string[], path: string): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`))
}

/** What goes away while it is looked at is not there: purges run meanwhile. */
function* filesBelow(folder: string): Generator<string> {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else if (entry.isFile()) yield path
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

function stateOf(path: string): string | undefined {
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
