import { parse, stringify, type Json, type JsonObject } from '@headgate/json'
import type { KeptProcess, ProcessKeeper } from '../lib/process-keeper.ts'
import type { InstalledJava } from '../metadata/install.ts'
import type { PlannedFile } from './compare.ts'

/** Response of the Java driver (`java/…/PlanningDriver.java`) to one request. */
export interface JavaAnswer {
  readonly error?: string
  readonly metadata: Json
  readonly scans: readonly {
    readonly error?: string
    readonly files?: readonly PlannedFile[]
    /** Paths of the data files that contain a matching row. */
    readonly rows?: readonly string[]
  }[]
}

/** Client of a JVM in which Iceberg's Java library plans scans. The JVM responds in the order of the requests. */
export class JavaPlanner {
  readonly #process: KeptProcess
  readonly #waiting: PromiseWithResolvers<JavaAnswer>[] = []

  constructor(keeper: ProcessKeeper, { java, classPath }: InstalledJava, log: string) {
    this.#process = keeper.start({
      name: 'planning driver',
      command: java,
      args: ['-Xmx1g', '-XX:+UseSerialGC', '-cp', classPath, 'org.apache.iceberg.PlanningDriver'],
      log,
      onLine: (line) =>
        this.#waiting.shift()?.resolve(parse(line, { maxDepth: 1000 }) as unknown as JavaAnswer),
      logLines: false,
    })
    void this.#rejectAtEnd(log)
  }

  ask(question: JsonObject): Promise<JavaAnswer> {
    const waiting = Promise.withResolvers<JavaAnswer>()
    this.#waiting.push(waiting)
    this.#process.stdin.write(`${stringify(question)}\n`)
    return waiting.promise
  }

  async #rejectAtEnd(log: string): Promise<void> {
    const { code, signal } = await this.#process.exited
    for (const waiting of this.#waiting.splice(0))
      waiting.reject(new Error(`the Java planner ended (${signal ?? `exit code ${code}`}); see ${log}`))
  }
}
