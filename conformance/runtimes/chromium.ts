import { join } from 'node:path'
import type { KeptProcess, ProcessKeeper } from '../lib/process-keeper.ts'

/** Opens a page in a headless Chromium with a profile of its own, which reaches nothing but this machine. */
export function startChromium(
  keeper: ProcessKeeper,
  { command, url, folder }: { readonly command: string; readonly url: string; readonly folder: string },
): KeptProcess {
  return keeper.start({
    name: 'chromium',
    command,
    args: [
      '--headless',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      // It does not start as root otherwise. The page is our own.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      `--user-data-dir=${join(folder, 'chromium')}`,
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
      '--no-proxy-server',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-default-apps',
      '--disable-extensions',
      '--disable-sync',
      '--no-default-browser-check',
      '--no-first-run',
      '--no-pings',
      // On loopback; keeps it open until it is ended.
      '--remote-debugging-port=0',
      url,
    ],
    log: join(folder, 'chromium.log'),
  })
}
