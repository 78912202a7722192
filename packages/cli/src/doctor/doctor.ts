import { readFileSync } from 'node:fs'
import * as tls from 'node:tls'
import { CliError } from '../cli-error.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { loginProvider } from '../login/login-provider.ts'
import { parseDotted } from '../names/dotted.ts'
import { splitRelation } from '../names/securable.ts'
import type { Session } from '../session.ts'
import { allLayers } from './all-layers.ts'
import type { CatalogSettings } from './catalog-settings.ts'
import { chooseSettings, type ChoiceOptions } from './choose-settings.ts'
import type { DoctorOptions } from './context.ts'
import { engineTraits } from './engines/engine-traits.ts'
import type { Finding, LayerName } from './finding.ts'
import { observedFetch } from './http/observed-fetch.ts'
import { readAdmin } from './read-admin.ts'
import { Redactor } from './redactor.ts'
import { type DoctorReport, formatReport, listFindings, toReportJson } from './report.ts'
import { runLayers } from './run-layers.ts'
import { addSecrets } from './secrets-of-settings.ts'

/** Options of `headgate doctor`. */
export interface DoctorCommandOptions extends ChoiceOptions {
  readonly table?: string
  readonly user?: string
  readonly group?: readonly string[]
  readonly admin?: string
  readonly direct?: string
  readonly origin?: string
  readonly scratch?: string
  readonly write: boolean
  readonly waitForExpiry?: number
  readonly stepTimeout: number
  readonly totalTimeout: number
  readonly verbose?: boolean
}

/**
 * Runs `headgate doctor`: checks the layers between an engine and its tables, and prints the result.
 *
 * @throws CliError after it has printed a failed layer
 */
export async function runDoctor(
  session: Session,
  file: string | undefined,
  options: DoctorCommandOptions,
  stop: AbortSignal,
): Promise<void> {
  const settings = chooseSettings(session, file, options)
  const redactor = new Redactor()
  addSecrets(redactor, settings)
  const doctorOptions = readOptions(session, options, redactor)
  trustAuthorities(settings)
  const limit = AbortSignal.timeout(options.totalTimeout * 1_000 + doctorOptions.waitMs)
  await using stack = new AsyncDisposableStack()
  const { io, out } = session
  const authWarnings: string[] = []
  const warn = (text: string): void => void authWarnings.push(text)
  const layers = await runLayers(
    allLayers(loginProvider({ ...session.settings.logins, env: io.env, warn })),
    {
      settings,
      traits: engineTraits[settings.engine],
      options: doctorOptions,
      env: io.env,
      signal: AbortSignal.any([stop, limit]),
      redactor,
      fetch: observedFetch(redactor),
      closeLater: (closable) => void stack.use(closable),
      learned: {},
      authWarnings,
    },
    (layer) => out.progress(`checking: ${layer} …`),
  )
  const report: DoctorReport = { settings, layers }
  out.result({ json: toReportJson(report) }, (paint) => formatReport(paint, report, options.verbose === true))
  const first = listFindings(report).find(({ status }) => status === 'failed')
  if (first !== undefined) throw toError(first)
}

function readOptions(session: Session, options: DoctorCommandOptions, redactor: Redactor): DoctorOptions {
  const { scratch, write, waitForExpiry = 0, stepTimeout, user = null, direct, origin = null } = options
  if (scratch !== undefined && !write) {
    throw new CliError(exitCode.usage, '--scratch and --no-write cannot be used together.', {
      next: 'Remove one of them. Without --scratch, nothing is written.',
    })
  }
  return {
    table: options.table === undefined ? null : parseTable(options.table),
    user,
    groups: options.group ?? [],
    scratch: scratch === undefined ? null : parseDotted(scratch).levels,
    waitMs: waitForExpiry * 1_000,
    origin,
    direct: direct?.replace(/\/+$/, '') ?? null,
    admin: options.admin === undefined ? null : readAdmin(session, options.admin, redactor),
    issuer: null,
    stepMs: stepTimeout * 1_000,
  }
}

function parseTable(text: string): DoctorOptions['table'] {
  const { levels } = parseDotted(text)
  const { namespace, relation } = splitRelation(levels, text)
  return { namespace, name: relation }
}

/**
 * Makes all connections of this process trust the certificate authorities that the configuration of the engine names.
 */
function trustAuthorities({ caFile, source }: CatalogSettings): void {
  if (caFile === undefined) return
  try {
    const own = readFileSync(caFile, 'utf8')
    // Older versions of Node cannot change the trusted certificate authorities at run time.
    if ('setDefaultCACertificates' in tls)
      tls.setDefaultCACertificates([...tls.getCACertificates('default'), own])
  } catch (cause) {
    throw new CliError(
      exitCode.usage,
      `${source} names the file ${caFile}, which has no certificates that can be read.`,
      {
        next: 'Correct the path of the certificates of authorities.',
        cause,
      },
    )
  }
}

const exitCodes: Partial<Record<LayerName, ExitCode>> = {
  settings: exitCode.usage,
  name: exitCode.unreachable,
  connection: exitCode.unreachable,
  tls: exitCode.unreachable,
  protocol: exitCode.unreachable,
  login: exitCode.credential,
}

function toError({ layer, id, remedy }: Finding): CliError {
  return new CliError(exitCodes[layer] ?? exitCode.refused, `The layer ${layer} fails (${id}).`, {
    next: remedy,
  })
}
