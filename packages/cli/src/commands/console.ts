import { spawn } from 'node:child_process'
import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { createConsoleCode } from '../management/generated/console.ts'
import { inSession, type Session } from '../session.ts'

interface Options {
  readonly open: boolean
}

export function registerConsole(program: Command, io: Io): void {
  program
    .command('console')
    .description(
      'Opens the web console in the browser, signed in as the caller. Works on the machine of the server; the link signs one browser in, within 60 seconds.',
    )
    .option('--no-open', 'only print the link')
    .action(inSession(io, openConsole))
}

async function openConsole({ client, out, settings }: Session, { open }: Options): Promise<void> {
  const response = await createConsoleCode(client)
  // The code is in the fragment, which browsers never send.
  const link = `${settings.url.value}/console/enter#${response.body.code}`
  out.result(response, () => link)
  if (open && !(await openInBrowser(link))) out.note('No browser was found. Open the link on this machine.')
}

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  linux: ['xdg-open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/** Opens a link with the program of the desktop. Returns false if there is none. */
function openInBrowser(link: string): Promise<boolean> {
  const [command, ...args] = openers[process.platform] ?? ['xdg-open']
  return new Promise((resolve) => {
    const child = spawn(command, [...args, link], { detached: true, stdio: 'ignore' })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}
