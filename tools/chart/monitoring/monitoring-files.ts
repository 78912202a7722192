import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { repositoryRoot } from '../../../conformance/lib/paths.ts'

/** PromQL query of a dashboard panel, a dashboard variable or an alert. */
export interface NamedQuery {
  /** Title of the panel, or name of the variable or the alert. */
  readonly name: string
  readonly expr: string
}

/** Prometheus alert rule, with the members that the checks read. */
export interface Alert extends NamedQuery {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** Panel of a Grafana dashboard, with the members that the checks read. */
interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly {
    readonly refId: string
    readonly expr: string
    readonly legendFormat: string
  }[]
}

/** Grafana dashboard, with the members that the checks read. */
export interface Dashboard {
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] }
  readonly annotations: { readonly list: readonly NamedQuery[] }
}

/** Folder with the dashboard and the alert rules. */
export const monitoringFolder: string = join(repositoryRoot, 'deploy/monitoring')

export function readAlerts(): readonly Alert[] {
  const { groups } = parse(readFileSync(join(monitoringFolder, 'alerts.yaml'), 'utf8')) as {
    readonly groups: readonly {
      readonly rules: readonly (Omit<Alert, 'name'> & { readonly alert: string })[]
    }[]
  }
  return groups.flatMap(({ rules }) => rules.map(({ alert, ...rule }) => ({ ...rule, name: alert })))
}

export function readDashboard(): Dashboard {
  return JSON.parse(readFileSync(join(monitoringFolder, 'dashboard.json'), 'utf8')) as Dashboard
}

/** Returns the queries in the panels, annotations and variables of a dashboard. */
export function listQueries({ panels, annotations, templating }: Dashboard): readonly NamedQuery[] {
  return [
    ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ name: title, expr }))),
    ...annotations.list,
    ...templating.list.flatMap(({ name, definition = '' }) => {
      const metric = /^label_values\((.+), \w+\)$/.exec(definition)?.[1]
      return metric === undefined ? [] : [{ name: `$${name}`, expr: metric }]
    }),
  ]
}
