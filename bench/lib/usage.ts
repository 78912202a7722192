import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** Resource usage of a process and its descendants: CPU seconds since their start, and memory in bytes. */
export interface Usage {
  readonly cpuSeconds: number
  /** Proportional set size: the share of a page that several processes use is divided among them. */
  readonly memoryBytes: number
}

// Number of CPU time units per second in /proc (USER_HZ of the kernel), which is 100 on every platform that
// Node runs on.
const ticksPerSecond = 100

/**
 * Reads the resource usage of a process and its descendants on Linux. Returns zeros on other systems; reports
 * omit zeros.
 */
export function readUsage(pid: number): Usage {
  let cpuSeconds = 0
  let memoryBytes = 0
  for (const member of listProcessTree(pid)) {
    cpuSeconds += readCpu(member)
    memoryBytes += readMemory(member)
  }
  return { cpuSeconds, memoryBytes }
}

export function readCpuSeconds(pid: number): number {
  let seconds = 0
  for (const member of listProcessTree(pid)) seconds += readCpu(member)
  return seconds
}

/**
 * Returns the largest resident set size of a process and its descendants since the last call of `forgetPeak`,
 * in bytes.
 */
export function readPeak(pid: number): number {
  return listProcessTree(pid).reduce((sum, member) => sum + readStatus(member, 'VmHWM'), 0)
}

export function forgetPeak(pid: number): void {
  for (const member of listProcessTree(pid)) {
    try {
      // Writing 5 to this file resets the peak to the current resident set size (proc(5)).
      writeFileSync(`/proc/${member}/clear_refs`, '5')
    } catch {
      // The process has ended, or the system is not Linux. The peak then covers the time since the start of
      // the process.
    }
  }
}

/** Returns the ids of a process and its descendants. */
function listProcessTree(pid: number): number[] {
  const children = new Map<number, number[]>()
  for (const entry of processIds()) {
    const parent = Number(readStat(entry)[1] ?? 0)
    children.set(parent, [...(children.get(parent) ?? []), entry])
  }
  const pids = [pid]
  for (let at = 0; at < pids.length; at += 1) pids.push(...(children.get(pids[at] ?? 0) ?? []))
  return pids
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

function readCpu(pid: number): number {
  const fields = readStat(pid)
  // The sum of utime, stime, cutime and cstime is the CPU time of the process and of its ended children.
  return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at] ?? 0), 0) / ticksPerSecond
}

/**
 * Returns the fields of /proc/PID/stat, beginning with the state. The preceding field is the command, which
 * may contain spaces.
 */
function readStat(pid: number): string[] {
  const text = read(`/proc/${pid}/stat`)
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

function readMemory(pid: number): number {
  const kib = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1]
  return kib === undefined ? readStatus(pid, 'VmRSS') : Number(kib) * 1024
}

function readStatus(pid: number, field: 'VmRSS' | 'VmHWM'): number {
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
