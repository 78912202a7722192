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
 * Flushes directories to disk, so that the names of new files and directories are durable. A new name survives a
 * power failure only after its directory was flushed. Concurrent callers share the flush of a directory, but each
 * caller waits for a flush that began after its call.
 */
export class DirectorySync {
  readonly #flights = new Map<string, Flight>()
  /**
   * Flushes in progress that make the names of new directories durable, by the path of the new directory. A writer in
   * a new directory also waits for this flush.
   */
  readonly #created = new Map<string, Promise<void>>()

  /** Resolves when the names in `directory`, and the name of the directory itself, are on disk. */
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

  /**
   * Creates a directory and its missing parents. A later `flush` of a directory in them waits until the names of the
   * new directories are durable.
   */
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
    // Another process removed the empty directory in the meantime, so there are no names to flush.
    if (systemCode(error) === 'ENOENT') return
    throw error
  }
  try {
    await fsyncDescriptor(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
