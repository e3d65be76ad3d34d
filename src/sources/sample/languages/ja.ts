// Owns what the generator knows of Japanese.
import { place, words, type Language } from '../language.ts'

export const japanese: Language = {
  code: 'ja',
  share: 0.18,
  peak: 12,
  particles: words(`
    の は が を に で と も た です ます ない から この その でも まで より だけ いる ある する した して なる 思う 行く 見る 食べる とても ちょっと やっと もう まだ また すごい いい 私 人 今 何`),
  topics: words(`
    今日 明日 昨日 時間 毎日 本当 自分 気持ち 仕事 会社 学校 電車 朝 夜 天気 雨 雪 桜 海 山 川 空 犬 猫 花 本 音楽 映画 写真 料理 珈琲 お茶 ラーメン 寿司 ご飯 パン 旅行 温泉 祭り 公園 図書館 友達
    家族 子供 先生 学生 言葉 日本語 英語 勉強 研究 科学 歴史 文化 美術館 野球 サッカー ゲーム アニメ 漫画 小説 ニュース 東京 大阪 京都 北海道 沖縄 富士山 新幹線 自転車 コンピュータ スマホ 季節 夏 冬 春 秋
    物語 夢 世界 平和 地球`),
  syllables: words('山 川 田 中 村 木 林 森 石 井 上 下 東 西 南 北 大 小 高 長 新 古 水 火 金 土 月 日 花 鳥 風 光 ア カ サ タ ナ マ ラ ン ト リ'),
  space: '',
  comma: '、',
  stops: ['。', '。', '！', '？', 'ね。', 'w'],
  isCased: false,
  given: words('葵 陽菜 結衣 さくら 蓮 悠真 湊 大和 健太 美咲 翔太 由美 一郎 花子'),
  family: words('佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田'),
  isFamilyFirst: true,
  places: [
    place('東京', 'Japan', 'JP', 139.6917, 35.6895), place('大阪', 'Japan', 'JP', 135.5022, 34.6937),
    place('札幌', 'Japan', 'JP', 141.3545, 43.0621),
  ],
}
