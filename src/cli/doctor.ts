// The command `doctor`: whether loklak can work on this machine with these settings, and what to do where it cannot.
import { realDisk } from '../journal/disk.ts'
import { archiveSettings } from './archive.ts'
import type { Finding } from './checks/check.ts'
import { checkBroker } from './checks/broker.ts'
import { checkClock } from './checks/clock.ts'
import { checkSpace, checkSync } from './checks/disk.ts'
import { checkFolder, nearestFolder } from './checks/folder.ts'
import { checkNode } from './checks/node.ts'
import { checkPort } from './checks/port.ts'
import { command, type Context } from './command.ts'
import { formatFlag, writeRows, type Sheet } from './rows.ts'

const timeout = 5000

async function* findings({ settings, now, signal }: Context): AsyncGenerator<Finding> {
  const { checkSources } = await import('./checks/sources.ts')
  // Asked first, since it may take seconds.
  const asked = checkSources(settings, { now, signal, timeout })
  yield checkNode(process.versions.node)
  const { finding, held } = checkFolder(settings['data.path'])
  yield finding
  const folder = nearestFolder(settings['data.path'])
  yield await checkSpace(realDisk, folder, archiveSettings(settings).floor)
  yield await checkSync(realDisk, folder, () => performance.now())
  for (const host of settings.host) yield await checkPort(host, settings['port.http'], held, signal)
  yield* await checkBroker(settings, held, { signal, timeout })
  const sources = await asked
  yield* sources.findings
  yield checkClock(now(), sources.clocks)
}

const sheet: Sheet<Finding> = {
  columns: { check: ({ check }) => check, status: ({ status }) => status, found: ({ found }) => found, advice: ({ advice }) => advice },
  line: ({ check, status, found, advice }) => `${status.padEnd(4)}  ${check}: ${found}${advice === '' ? '' : `. ${advice}`}`,
}

export const doctor = command({
  name: 'doctor',
  summary: 'Checks Node, the data folder, the disk, the ports, the clock, each source and the MQTT broker, and says what to do.',
  usage: ['doctor [--format FORMAT]'],
  flags: { format: formatFlag },
  run: async (context, { format }) => {
    let failed = 0
    async function* counted(): AsyncGenerator<Finding> {
      for await (const finding of findings(context)) {
        if (finding.status === 'fail') failed++
        yield finding
      }
    }
    await writeRows(counted(), sheet, { format, out: context.out, signal: context.signal, batch: 0 })
    return failed > 0 ? 1 : 0
  },
})
