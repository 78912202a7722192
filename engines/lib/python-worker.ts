import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { Value } from './engine.ts'

interface WorkerResponse {
  readonly id: number
  readonly value?: Value
  readonly error?: string
}

export interface PythonWorker {
  /** Sends one request to the worker and returns its response. Throws an error with the message of the worker. */
  ask(operation: string, args: Readonly<Record<string, Value>>, timeoutMs?: number): Promise<Value>
  stop(): Promise<void>
}

export interface PythonWorkerOptions {
  readonly name: string
  readonly python: string
  /** Path of the Python program of the worker, which calls `serve` of worker.py. */
  readonly script: string
  readonly env?: Readonly<Record<string, string>>
  readonly folder: string
}

/**
 * Starts a Python program that reads requests from standard input, one JSON document per line, and writes responses.
 * All scenarios of an engine use one worker, because its start takes seconds.
 */
export function startPythonWorker(keeper: ProcessKeeper, options: PythonWorkerOptions): PythonWorker {
  const waiting = new Map<number, PromiseWithResolvers<Value>>()
  const child = keeper.start({
    name: options.name,
    command: options.python,
    args: ['-u', options.script],
    cwd: options.folder,
    env: {
      ...options.env,
      PYTHONPATH: fileURLToPath(new URL('.', import.meta.url)),
      PYTHONDONTWRITEBYTECODE: '1',
      PYICEBERG_HOME: options.folder,
      TZ: 'UTC',
    },
    log: join(options.folder, `${options.name}.log`),
    onLine: (line) => {
      const response = parseResponse(line)
      if (!response) return
      const waiter = waiting.get(response.id)
      waiting.delete(response.id)
      if (response.error === undefined) waiter?.resolve(response.value ?? null)
      else waiter?.reject(new Error(response.error))
    },
  })
  const fail = (): void => {
    for (const waiter of waiting.values()) waiter.reject(new Error(`${options.name} ended; see ${child.log}`))
    waiting.clear()
  }
  void child.exited.then(fail)
  let lastId = 0
  return {
    stop: () => child.stop(),
    ask: async (operation, args, timeoutMs = 180_000) => {
      if (child.exit()) throw new Error(`${options.name} has ended; see ${child.log}`)
      const id = ++lastId
      const waiter = Promise.withResolvers<Value>()
      waiting.set(id, waiter)
      const timer = setTimeout(() => {
        waiting.delete(id)
        waiter.reject(new Error(`${options.name}: no response within ${timeoutMs / 1000} s`))
      }, timeoutMs)
      child.stdin.write(`${JSON.stringify({ id, operation, args })}\n`)
      try {
        return await waiter.promise
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

// Libraries also print to standard output, so only lines with the prefix are responses.
function parseResponse(line: string): WorkerResponse | undefined {
  const mark = '@@answer '
  return line.startsWith(mark) ? (JSON.parse(line.slice(mark.length)) as WorkerResponse) : undefined
}
