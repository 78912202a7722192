import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** Usage of a process and its descendants: CPU seconds since their start, memory in bytes. */
export interface Usage {
  readonly cpuSeconds: number
  /** Proportional set size: pages shared between the processes count once. */
  readonly memoryBytes: number
}

// The kernel's USER_HZ, which is 100 on every platform that Node runs on.
const ticksPerSecond = 100

/** Reads the usage on Linux. Returns zeros on other systems, which reports omit. */
export function usageOf(pid: number): Usage {
  let cpuSeconds = 0
  let memoryBytes = 0
  for (const member of familyOf(pid)) {
    cpuSeconds += cpuOf(member)
    memoryBytes += memoryOf(member)
  }
  return { cpuSeconds, memoryBytes }
}

export function cpuSecondsOf(pid: number): number {
  let seconds = 0
  for (const member of familyOf(pid)) seconds += cpuOf(member)
  return seconds
}

/** Returns the largest resident set size since `forgetPeak`, in bytes. */
export function peakOf(pid: number): number {
  return familyOf(pid).reduce((sum, member) => sum + statusOf(member, 'VmHWM'), 0)
}

export function forgetPeak(pid: number): void {
  for (const member of familyOf(pid)) {
    try {
      // proc(5): 5 resets the peak to what is in use now
      writeFileSync(`/proc/${member}/clear_refs`, '5')
    } catch {
      // Ended meanwhile, or another system: then the peak is that of its whole life.
    }
  }
}

/** Returns the process and its descendants. */
function familyOf(pid: number): number[] {
  const children = new Map<number, number[]>()
  for (const entry of processIds()) {
    const parent = Number(statOf(entry)[1] ?? 0)
    children.set(parent, [...(children.get(parent) ?? []), entry])
  }
  const family = [pid]
  for (let at = 0; at < family.length; at += 1) family.push(...(children.get(family[at] ?? 0) ?? []))
  return family
}

function processIds(): number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((id) => id > 0)
  } catch {
    return []
  }
}

function cpuOf(pid: number): number {
  const fields = statOf(pid)
  // utime, stime; and those of children that ended
  return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at] ?? 0), 0) / ticksPerSecond
}

/** Fields of /proc/pid/stat from the state on: the command before it may hold spaces. */
function statOf(pid: number): string[] {
  const text = read(`/proc/${pid}/stat`)
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

function memoryOf(pid: number): number {
  const kib = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1]
  return kib === undefined ? statusOf(pid, 'VmRSS') : Number(kib) * 1024
}

function statusOf(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(read(`/proc/${pid}/status`))?.[1]
  return Number(kib ?? 0) * 1024
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
