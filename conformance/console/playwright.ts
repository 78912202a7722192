import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { npmFolder } from '../lib/npm-folder.ts'
import { cacheFolder } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'

/**
 * Members of the playwright-core API that the suites use. The package is installed outside of the workspace, so its
 * types are not available.
 */
export interface Locator {
  first(): Locator
  getByText(text: string | RegExp): Locator
  nth(index: number): Locator
  click(): Promise<void>
  fill(text: string): Promise<void>
  focus(): Promise<void>
  count(): Promise<number>
  innerText(): Promise<string>
  selectOption(value: string): Promise<unknown>
  waitFor(options?: {
    readonly state?: 'visible' | 'hidden' | 'detached'
    readonly timeout?: number
  }): Promise<void>
}

export interface Page {
  goto(url: string): Promise<{ status(): number } | null>
  url(): string
  reload(): Promise<unknown>
  locator(selector: string): Locator
  getByRole(role: string, options?: { readonly name?: string | RegExp; readonly exact?: boolean }): Locator
  getByLabel(text: string, options?: { readonly exact?: boolean }): Locator
  getByText(text: string | RegExp): Locator
  screenshot(options: { readonly path: string }): Promise<unknown>
  evaluate<T>(program: string): Promise<T>
  waitForLoadState(state: 'networkidle'): Promise<void>
  waitForTimeout(ms: number): Promise<void>
  keyboard: { press(key: string): Promise<void> }
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): void
  on(event: 'pageerror', listener: (error: Error) => void): void
  on(event: 'dialog', listener: (dialog: { dismiss(): Promise<void> }) => void): void
}

interface Cookie {
  readonly name: string
  readonly value: string
  readonly httpOnly: boolean
  readonly sameSite: string
}

/** Separate browser profile with its own cookies. */
export interface BrowserContext {
  newPage(): Promise<Page>
  cookies(): Promise<readonly Cookie[]>
  newCDPSession(page: Page): Promise<{
    send(method: string, parameters?: unknown): Promise<{ readonly result?: { readonly value?: unknown } }>
  }>
  close(): Promise<void>
}

export interface Browser {
  newContext(options: {
    readonly colorScheme?: 'light' | 'dark'
    readonly viewport?: { readonly width: number; readonly height: number }
  }): Promise<BrowserContext>
  close(): Promise<void>
}

interface Playwright {
  readonly chromium: {
    launch(options: { readonly executablePath: string; readonly args: readonly string[] }): Promise<Browser>
  }
}

/** Browser driver (playwright-core), and the source text of axe-core, which finds accessibility faults. */
export interface Tools {
  readonly playwright: Playwright
  readonly axe: string
}

/** Installs playwright-core and axe-core, each in one exact version. */
export async function installTools(keeper: ProcessKeeper, say: (line: string) => void): Promise<Tools> {
  const packages = ['playwright-core@1.65.1', 'axe-core@4.14.1']
  const folder = await npmFolder(keeper, cacheFolder('console-tools'), packages, say)
  return {
    playwright: createRequire(join(folder, 'any.js'))('playwright-core') as Playwright,
    axe: readFileSync(join(folder, 'node_modules/axe-core/axe.min.js'), 'utf8'),
  }
}
