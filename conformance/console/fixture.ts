import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Keycloak } from '../lib/keycloak.ts'
import { findChromium } from '../lib/chromium.ts'
import { freePort } from '../lib/free-port.ts'
import { type HeadgateServer, startHeadgate } from '../lib/headgate-server.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { type Send, senderOf } from './api.ts'
import { makeContent, type Users } from './content.ts'
import { issuerSettings, startIdentityProvider } from './identity-provider.ts'
import { type Browser, type BrowserContext, installTools, type Page, type Tools } from './playwright.ts'

/** Server with content, and a browser that shows its console. */
export interface Fixture extends AsyncDisposable {
  readonly server: HeadgateServer
  readonly admin: Send
  readonly users: Users
  /** Identity provider of the server. Null: the suite runs without one. */
  readonly keycloak: Keycloak | null
  readonly tools: Tools
  readonly browser: Browser
  readonly tables: number
  /** Folder for the screenshots. */
  readonly pictures: string
}

export async function openFixture(
  keeper: ProcessKeeper,
  { folder, pictures, tables, hasKeycloak, say }: FixtureOptions,
): Promise<Fixture> {
  const executablePath = findChromium()
  if (executablePath === undefined)
    throw new Error(
      'No Chromium is installed. Install one (Debian: apt install chromium), or set CHROMIUM to its path.',
    )
  const tools = await installTools(keeper, say)
  const ports = { catalog: await freePort(), s3: await freePort() }
  const headgateUrl = `http://127.0.0.1:${ports.catalog}`
  const keycloak = hasKeycloak ? await startIdentityProvider(keeper, { folder, headgateUrl, say }) : null
  say(`starting a server with ${tables} tables`)
  const server = await startHeadgate(keeper, {
    dataDir: join(folder, 'data'),
    log: join(folder, 'server.log'),
    ports,
    env: keycloak === null ? {} : issuerSettings(keycloak),
  })
  const admin = await senderOf(server, server.adminCredential)
  const users = await makeContent(admin, tables)
  mkdirSync(pictures, { recursive: true })
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const browser = await tools.playwright.chromium.launch({
    executablePath,
    args: [...sandbox, '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', '--js-flags=--expose-gc'],
  })
  return {
    server,
    admin,
    users,
    keycloak,
    tools,
    browser,
    tables,
    pictures,
    [Symbol.asyncDispose]: () => browser.close(),
  }
}

interface FixtureOptions {
  readonly folder: string
  readonly pictures: string
  readonly tables: number
  /** Starts Keycloak, at which users sign in to the console. */
  readonly hasKeycloak: boolean
  readonly say: (line: string) => void
}

/** Browser tab, with all messages that the browser reported for it. */
export interface Tab extends AsyncDisposable {
  readonly page: Page
  readonly context: BrowserContext
  /** Errors, warnings and violations of the content security policy. */
  readonly reports: string[]
}

/** Opens a browser tab in a new profile. */
export async function openTab(
  { browser }: Pick<Fixture, 'browser'>,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  const page = await context.newPage()
  const reports: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) reports.push(message.text())
  })
  page.on('pageerror', (error) => reports.push(String(error)))
  page.on('dialog', (dialog) => {
    reports.push('a script opened a dialog')
    void dialog.dismiss()
  })
  return { page, context, reports, [Symbol.asyncDispose]: () => context.close() }
}

/** Signs in on the sign-in page with `CLIENT_ID:CLIENT_SECRET`. */
export async function signIn(page: Page, origin: string, credential: string): Promise<void> {
  const [id = '', secret = ''] = credential.split(':')
  await page.goto(`${origin}/console/`)
  await showSecretForm(page)
  await page.getByLabel('Client id').fill(id)
  await page.getByLabel('Client secret').fill(secret)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('heading', { name: 'Warehouses' }).waitFor()
}

/** Shows the form for client id and secret. With an identity provider, it is below the button of the provider. */
export async function showSecretForm(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Sign in to Headgate' }).waitFor()
  const summary = page.getByText('Sign in with a client secret')
  if ((await summary.count()) > 0) await summary.click()
}

/** Opens a page of the console and waits until it has loaded. */
export async function open(page: Page, origin: string, path: string): Promise<void> {
  await page.goto(`${origin}/console${path}`)
  await page.locator('h1').first().waitFor()
  await page.waitForLoadState('networkidle')
}
