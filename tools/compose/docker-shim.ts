import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

/** Exit code and output of a command. */
export interface CommandResult {
  readonly code: number
  readonly output: string
}

/** Folder with a program `docker`, which passes each command to this process. */
export interface DockerShim extends AsyncDisposable {
  /** Path of the folder, which must be the first one in `PATH`. */
  readonly folder: string
}

const program = `#!${process.execPath}
const { request } = process.getBuiltinModule('node:http')
const call = request({ socketPath: SOCKET, method: 'POST' }, async (response) => {
  let text = ''
  for await (const chunk of response) text += chunk
  const { code, output } = JSON.parse(text)
  process.stdout.write(output)
  process.exitCode = code
})
call.end(JSON.stringify(process.argv.slice(2)))
`

/**
 * Creates a program `docker` that passes its arguments to the function `run`. Commands of a documentation page can
 * then run unchanged.
 */
export async function createDockerShim(
  folder: string,
  run: (args: readonly string[]) => Promise<CommandResult>,
): Promise<DockerShim> {
  const socket = join(folder, 'docker.sock')
  const bin = join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'docker'), program.replace('SOCKET', JSON.stringify(socket)))
  chmodSync(join(bin, 'docker'), 0o755)
  const answer = async (request: IncomingMessage): Promise<CommandResult> => {
    try {
      return await run(JSON.parse(await text(request)) as readonly string[])
    } catch (error) {
      return { code: 1, output: `${error instanceof Error ? error.message : String(error)}\n` }
    }
  }
  const server = createServer((request, response) => {
    void answer(request).then((result) => response.end(JSON.stringify(result)))
  })
  // Some commands of the page take minutes, so requests have no time limit.
  server.requestTimeout = 0
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  return {
    folder: bin,
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  }
}
