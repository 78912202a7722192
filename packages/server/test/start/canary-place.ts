import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { Client } from 'pg'
import type { Canaries } from './canaries.ts'

/** Returns all rows of all tables of a database, as text. */
export async function dump(databaseUrl: string): Promise<string> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(
      `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    )
    const texts: string[] = []
    for (const { name } of rows) {
      const { rows: all } = await client.query<{ row: string }>(
        `select to_jsonb(t)::text as row from ${name} t`,
      )
      texts.push(...all.map(({ row }) => row))
    }
    return texts.join('\n')
  } finally {
    await client.end()
  }
}

/**
 * Starts an object store that refuses every request with a response that contains the path and headers of the
 * request.
 */
export async function startEchoingStore(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((request, response) => {
    const echo = `${request.url ?? ''} ${JSON.stringify(request.headers)}`.replaceAll(/[<>&]/g, '')
    response.writeHead(403, { 'content-type': 'application/xml' })
    response.end(`<Error><Code>AccessDenied</Code><Message>${echo}</Message></Error>`)
    request.resume()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Runs commands and sends requests. Their output and responses are added to the texts of the canaries. */
export interface CanaryClient {
  /** New directory, in which commands run. */
  readonly directory: Promise<string>
  /** Runs the command line and returns its output. */
  run(args: readonly string[], env: NodeJS.ProcessEnv, evidence?: boolean): Promise<string>
  send(method: string, url: string, headers: Record<string, string>, body?: string): Promise<void>
  sendForm(url: string, form: Record<string, string>): Promise<void>
}

/** Creates a client with a new directory. */
export function createCanaryClient(canaries: Canaries): CanaryClient {
  const directory = mkdtemp(join(tmpdir(), 'headgate-canary-'))

  async function send(
    method: string,
    url: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<void> {
    const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) })
    const head = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n')
    canaries.saw(`the response to ${method} ${new URL(url).pathname}`, `${head}\n${await response.text()}`)
  }

  return {
    directory,
    send,
    sendForm: (url, form) =>
      send(
        'POST',
        url,
        { 'content-type': 'application/x-www-form-urlencoded' },
        new URLSearchParams(form).toString(),
      ),
    async run(args, env, evidence = true) {
      const cli = await loadCommandLine()
      let printed = ''
      const collector = (): Writable =>
        new Writable({
          write(chunk: Buffer, _encoding, done) {
            printed += chunk.toString()
            done()
          },
        })
      const streams = { stdin: new PassThrough().end(), stdout: collector(), stderr: collector() }
      await cli({ args, env, cwd: await directory, ...streams })
      if (evidence) canaries.saw(`headgate ${args.join(' ')}`, printed)
      return printed
    },
  }
}

/**
 * Loads the command line into this process, because it runs many times. The import is dynamic, because the command line
 * depends on the server.
 */
async function loadCommandLine(): Promise<(io: object) => Promise<number>> {
  const program: string = new URL('../../../cli/src/run.ts', import.meta.url).href
  const { run } = (await import(program)) as { run(io: object): Promise<number> }
  return run
}
