/**
 * Shares reads between those who ask at the same time: while one is under way, everybody else who asks waits for the next
 * one together. Nobody ever gets a read that began before they asked, so whoever saw a change acknowledged reads it.
 */
export class Joined<T> {
  readonly #running = new Map<string, Promise<T>>()
  readonly #next = new Map<string, Promise<T>>()

  read(key: string, load: () => Promise<T>): Promise<T> {
    const next = this.#next.get(key)
    if (next !== undefined) return next
    const running = this.#running.get(key)
    if (running === undefined) return this.#start(key, load)
    const following = running.then(
      () => this.#follow(key, load),
      () => this.#follow(key, load),
    )
    this.#next.set(key, following)
    return following
  }

  #follow(key: string, load: () => Promise<T>): Promise<T> {
    this.#next.delete(key)
    return this.#start(key, load)
  }

  #start(key: string, load: () => Promise<T>): Promise<T> {
    const read = load().finally(() => {
      if (this.#running.get(key) === read) this.#running.delete(key)
    })
    this.#running.set(key, read)
    return read
  }
}
