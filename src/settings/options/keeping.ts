// Owns the options of the journal: how the dumps are written, how long they stay, how they come in and go out.
import { boolean, optional, text } from '../kind.ts'
import { option } from '../option.ts'
import { bytes, diskShare, duration, integer } from '../quantity.ts'

export const keeping = {
  'journal.sync.interval': option(duration, '0ms', 'Least time between two syncs to disk. 0 syncs as soon as the last one is done; more spares flash cards, and messages are acknowledged that much later.'),
  'journal.segment.size': option(bytes, '1GiB', 'A dump file is closed and compressed when it has this size, and at midnight UTC.'),
  'compaction.interval': option(duration, '1d', 'How often deleted and superseded text is removed from closed dumps.'),
  'retention.age': option(optional(duration, 0), '0', 'Closed dumps older than this are removed, with their messages in the index. 0 or empty keeps all.'),
  'retention.size': option(optional(bytes, 0), '0', 'The oldest closed dumps are removed, with their messages in the index, when all dumps together are larger than this. It counts dumps alone: the index, which is several times as large, comes on top. 0 or empty keeps all.'),
  'disk.floor': option(diskShare, '5%,2GB', 'Collecting pauses while less than this is free on the disk: a percentage, a size, or both, and then the larger counts.'),
  'import.poll': option(duration, '10s', 'How often `dump/import` in the data folder is searched for new dumps; 0 never.'),
  'dump.write_enabled': option(boolean, 'true', 'Whether the dumps are offered for download at /dump/. They are always written, since they are what loklak keeps; in the original this switched the writing off.', { public: true }),
  'download.limited.count': option(integer({ max: 2_147_483_647 }), '2147483647', 'How many of the newest dumps are listed at /dump/.'),
  'download.limited.message': option(text, '', 'A line that /dump/ shows above the list.'),
}
