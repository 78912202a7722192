/** Name and duration of one step of a build. */
export interface Step {
  readonly name: string
  readonly seconds: number
}

/** Measures the durations of steps, and prints each step when it has ended. */
export class Steps {
  readonly done: Step[] = []
  readonly #say: (line: string) => void

  constructor(say: (line: string) => void) {
    this.#say = say
  }

  async run<Result>(name: string, step: () => Promise<Result>): Promise<Result> {
    const started = performance.now()
    const result = await step()
    const seconds = Math.round((performance.now() - started) / 100) / 10
    this.done.push({ name, seconds })
    this.#say(`${seconds.toFixed(1).padStart(7)} s  ${name}`)
    return result
  }
}
