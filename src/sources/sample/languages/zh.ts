// Owns what the generator knows of Chinese.
import { place, words, type Language } from '../language.ts'

export const chinese: Language = {
  code: 'zh',
  share: 0.03,
  peak: 13,
  particles: words(`
    的 了 是 我 不 在 有 就 人 都 一个 上 也 很 到 说 要 去 你 会 着 没有 看 好 自己 这 那 他 她 们 什么 怎么 因为 所以 但是 可以 如果`),
  topics: words(`
    今天 明天 昨天 现在 时间 生活 世界 早上 晚上 工作 音乐 电影 书 咖啡 茶 下雨 天气 城市 街道 学校 家庭 朋友 吃饭 面包 米饭 火锅 足球 比赛 历史 语言 科学 山 森林 河流 大海 猫 狗 鸟 花园 旅行 火车
    自行车 窗户 厨房 市场 博物馆 剧院 照片 新闻 冬天 夏天 春天 秋天 心 梦想 光 诗 节日 周末 桥 岛 电脑 手机 气候 能源 图书馆 菜谱 假期 故事 画 月亮 星星 北京 上海 台北 香港 谢谢`),
  syllables: words('安 白 春 东 方 光 海 华 江 金 景 林 龙 明 南 宁 平 青 山 思 天 文 西 晓 新 星 阳 宇 远 云 志 中'),
  space: '',
  comma: '，',
  stops: ['。', '。', '！', '？', '……'],
  isCased: false,
  given: words('安 冰 晨 芳 光 涵 静 丽 明 宁 晴 思远 文 晓雨'),
  family: words('陈 黄 李 林 刘 王 吴 杨 张 周'),
  isFamilyFirst: true,
  places: [
    place('台北', 'Taiwan', 'TW', 121.5654, 25.033), place('上海', 'China', 'CN', 121.4737, 31.2304),
    place('香港', 'Hong Kong', 'HK', 114.1694, 22.3193),
  ],
}
