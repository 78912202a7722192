import { closeSync, fsync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import type { FileModes } from './file-modes.ts'
import { madeWithParents } from './make-directory.ts'
import { systemCode } from './storage-errors.ts'

const fsyncDescriptor = promisify(fsync)

interface Flight {
  readonly running: Promise<void>
  next?: Promise<void>
}

/**
 * Makes names durable. A new name survives a power failure only after its directory was flushed. Concurrent callers
 * share flushes of one directory; each caller gets a flush that began after its call.
 */
export class DirectorySync {
  readonly #flights = new Map<string, Flight>()
  /** New directories whose own names are being flushed. A writer into such a directory waits for that flush too. */
  readonly #created = new Map<string, Promise<void>>()

  /** Resolves when the names in `directory`, and its own name, are on disk. */
  async flush(directory: string): Promise<void> {
    const parents: Promise<void>[] = []
    if (this.#created.size > 0) {
      for (let path = directory; path !== dirname(path); path = dirname(path)) {
        const pending = this.#created.get(path)
        if (pending !== undefined) parents.push(pending)
      }
    }
    await Promise.all([this.#shared(directory), ...parents])
  }

  /** Creates a directory and its missing parents. `flush` of anything in them waits until their names are durable. */
  create(directory: string, modes: FileModes): void {
    for (const path of madeWithParents(directory, modes)) {
      const flushed = this.#shared(dirname(path))
      this.#created.set(path, flushed)
      const forget = (): void => {
        if (this.#created.get(path) === flushed) this.#created.delete(path)
      }
      flushed.then(forget, forget)
    }
  }

  #shared(directory: string): Promise<void> {
    const flight = this.#flights.get(directory)
    if (flight === undefined) return this.#start(directory)
    flight.next ??= flight.running.then(
      () => this.#start(directory),
      () => this.#start(directory),
    )
    return flight.next
  }

  #start(directory: string): Promise<void> {
    const running = flushNow(directory)
    const flight: Flight = { running }
    this.#flights.set(directory, flight)
    const land = (): void => {
      if (flight.next === undefined && this.#flights.get(directory) === flight)
        this.#flights.delete(directory)
    }
    running.then(land, land)
    return running
  }
}

async function flushNow(directory: string): Promise<void> {
  let descriptor: number
  try {
    descriptor = openSync(directory, 'r')
  } catch (error) {
    // The directory was removed in the meantime. The process that removed its last name also removed this one.
    if (systemCode(error) === 'ENOENT') return
    throw error
  }
  try {
    await fsyncDescriptor(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
