// Owns how a command gets at the archive: through the server that holds the data folder, or by itself where none does.
import { dataFolder } from '../journal/data-folder.ts'
import type { Segment } from '../journal/port.ts'
import { listSegments } from '../journal/segment.ts'
import { command } from '../http/commander.ts'
import type { Settings } from '../settings/options.ts'
import { LoklakError } from '../watch/errors.ts'
import type { Context } from './command.ts'
import type { TaskName } from './tasks.ts'

/** How many of so many bytes must stay free. */
export const floorOf = ({ bytes, percent }: Settings['disk.floor']) => (total: number): number => Math.max(bytes, (total * percent) / 100)

/** What of an archive follows from the settings. */
export const archiveSettings = (settings: Settings) => ({
  segmentBytes: settings['journal.segment.size'],
  syncInterval: settings['journal.sync.interval'],
  floor: floorOf(settings['disk.floor']),
  consent: settings['consent.policy'],
})
export type ArchiveSettings = ReturnType<typeof archiveSettings>

/** The dumps that lie in the data folder, oldest first. Throws where there is none. */
export async function segmentsOf({ settings }: Context): Promise<Segment[]> {
  const { own, path } = dataFolder(settings['data.path'])
  try {
    return await listSegments(own)
  } catch (error) {
    throw new LoklakError('DATA_FOLDER_UNUSABLE', `${path} has no dumps.`, { cause: error })
  }
}

/** Runs a task in the server that holds the data folder, or here where none answers; yields what it tells. */
export async function* runTask(context: Context, name: TaskName, body: object): AsyncGenerator<object> {
  const { socket } = dataFolder(context.settings['data.path'])
  try {
    yield* command(socket, name, body, context.signal)
  } catch (error) {
    const absent = error instanceof LoklakError && error.code === 'SERVER_UNREACHABLE' && error.cause instanceof Error && 'code' in error.cause && (error.cause.code === 'ENOENT' || error.cause.code === 'ECONNREFUSED')
    if (!absent) throw error
    // Where a server answers, nothing of an archive need be loaded.
    const { runAlone } = await import('./alone.ts')
    yield* runAlone(context, archiveSettings(context.settings), name, body)
  }
}
