import { Readable } from 'node:stream'

/**
 * Body that is received from the network. Fails if the peer sends no data for `idle` ms while the consumer reads. The
 * timer stops while the consumer does not read, so a slow consumer causes no error.
 */
export class GuardedBody extends Readable {
  readonly #source: Readable
  readonly #timer: NodeJS.Timeout
  readonly #failed: (cause: unknown) => Error
  #waiting = false

  constructor(source: Readable, idle: number, failed: (cause: unknown) => Error) {
    super({ highWaterMark: 256 * 1024 })
    this.#source = source
    this.#failed = failed
    this.#timer = setTimeout(() => this.#silent(idle), idle).unref()
    source.on('data', (chunk: Buffer) => this.#take(chunk))
    source.on('end', () => this.push(null))
    source.on('error', (error) => this.destroy(failed(error)))
    source.on('close', () => {
      if (!source.readableEnded)
        this.destroy(failed(new Error('The connection was closed before the end of the body')))
    })
    source.pause()
  }

  override _read(): void {
    this.#waiting = true
    this.#timer.refresh()
    this.#source.resume()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer)
    this.#source.destroy()
    done(error)
  }

  #take(chunk: Buffer): void {
    this.#timer.refresh()
    if (this.push(chunk)) return
    this.#waiting = false
    this.#source.pause()
  }

  #silent(idle: number): void {
    if (this.#waiting) this.destroy(this.#failed(new Error(`The peer sent no data for ${idle} ms`)))
    else this.#timer.refresh()
  }
}
