import { copyFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { CommandResult } from './docker-shim.ts'
import type { Project } from './project.ts'
import type { Pod } from './substitute.ts'
import { type RunningProject, startProject } from './start-project.ts'

/** Runs the `docker compose` commands of `docs/how-to/run-in-containers.md`. Local programs replace the containers. */
export class ComposeCommands {
  readonly #pod: Pod
  readonly #load: () => Promise<Project>
  readonly #folder: string
  readonly #say: (line: string) => void
  #running: RunningProject | null = null

  /**
   * Creates the runner of the commands.
   *
   * @param folder folder of the compose file. Relative paths are relative to this folder
   */
  constructor(pod: Pod, folder: string, load: () => Promise<Project>, say: (line: string) => void) {
    this.#pod = pod
    this.#folder = folder
    this.#load = load
    this.#say = say
  }

  async run(args: readonly string[]): Promise<CommandResult> {
    const [compose, command = '', ...rest] = args
    const text = rest.join(' ')
    if (compose === 'compose' && command === 'up' && text === '--detach --wait') return this.#up()
    if (compose === 'compose' && command === 'exec') return this.#exec(rest)
    if (compose === 'compose' && command === 'cp') return this.#copy(rest)
    if (compose === 'compose' && command === 'down' && ['', '--volumes'].includes(text)) return this.#down()
    throw new Error(`docker ${args.join(' ')} has no substitute in tools/compose.`)
  }

  async #up(): Promise<CommandResult> {
    if (this.#running !== null) throw new Error('The services are already running.')
    this.#running = await startProject(this.#pod, await this.#load(), this.#say)
    return { code: 0, output: '' }
  }

  async #exec([name = '', ...command]: readonly string[]): Promise<CommandResult> {
    const service = this.#running?.services.get(name)
    if (service === undefined) throw new Error(`The service ${name} is not running.`)
    const lines: string[] = []
    const code = await service.exec(command, (line) => lines.push(line))
    return { code: code ?? 1, output: lines.map((line) => `${line}\n`).join('') }
  }

  /** Copies a file out of a volume, like `docker compose cp`. */
  async #copy([from = '', to = '']: readonly string[]): Promise<CommandResult> {
    const [name = '', path = ''] = from.split(':')
    const { services } = await this.#load()
    const mount = services[name]?.volumes?.find(({ target }) => path.startsWith(`${target}/`))
    if (mount === undefined) throw new Error(`Cannot copy ${from}: the path is in no volume of the service.`)
    const source = join(this.#pod.volume(mount.source), path.slice(mount.target.length))
    copyFileSync(source, isAbsolute(to) ? to : join(this.#folder, to))
    return { code: 0, output: '' }
  }

  /** Stops all services, like `docker compose down`. Keeps all volumes, even if the real command would delete them. */
  async #down(): Promise<CommandResult> {
    const exits = await this.#running?.stop()
    this.#running = null
    const failed = [...(exits ?? [])].filter(([name, { code }]) => !name.startsWith('trino') && code !== 0)
    if (failed.length > 0)
      throw new Error(
        failed
          .map(([name, { code, signal }]) => `The service ${name} ended with ${code ?? signal}`)
          .join(', '),
      )
    return { code: 0, output: '' }
  }
}
