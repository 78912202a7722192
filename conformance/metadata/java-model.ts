import { parse, stringify, type Json, type JsonObject } from '@headgate/json'
import type { KeptProcess, ProcessKeeper } from '../lib/process-keeper.ts'
import type { InstalledJava } from './install.ts'

/** Response of the Java driver (`java/…/MetadataDriver.java`) to one request. */
export type JavaResponse =
  | { readonly error: { readonly type: string; readonly message: string } }
  | { readonly error?: undefined; readonly document: JsonObject; readonly changed?: boolean }

/** Client of a JVM in which Iceberg's Java library evaluates inputs. The JVM responds in the order of the requests. */
export class JavaModel {
  readonly #process: KeptProcess
  readonly #waiting: PromiseWithResolvers<JavaResponse>[] = []
  #at = 0

  constructor(keeper: ProcessKeeper, { java, classPath }: InstalledJava, log: string) {
    this.#process = keeper.start({
      name: 'metadata driver',
      command: java,
      args: ['-Xmx1g', '-XX:+UseSerialGC', '-cp', classPath, 'org.apache.iceberg.MetadataDriver'],
      log,
      onLine: (line) => this.#respond(line),
      logLines: false,
    })
    void this.#rejectAtEnd(log)
  }

  ask(question: JsonObject): Promise<JavaResponse> {
    const waiting = Promise.withResolvers<JavaResponse>()
    // If a run ends early, the remaining responses are not awaited. Their errors must not become unhandled
    // rejections.
    waiting.promise.catch(() => {})
    this.#waiting.push(waiting)
    this.#process.stdin.write(`${stringify(question)}\n`)
    return waiting.promise
  }

  async #rejectAtEnd(log: string): Promise<void> {
    const { code, signal } = await this.#process.exited
    const error = new Error(`the Java model ended (${signal ?? `exit code ${code}`}); see ${log}`)
    for (const waiting of this.#waiting.splice(this.#at)) waiting.reject(error)
  }

  #respond(line: string): void {
    const waiting = this.#waiting[this.#at]
    if (waiting === undefined) return
    this.#at += 1
    if (this.#at === 1000) {
      this.#waiting.splice(0, this.#at)
      this.#at = 0
    }
    waiting.resolve(decodeResponse(parse(line, { maxDepth: 1000, keepNumberText: true })))
  }
}

function decodeResponse(response: Json): JavaResponse {
  return response as unknown as JavaResponse
}
