// Owns what the generator knows of Korean.
import { place, words, type Language } from '../language.ts'

export const korean: Language = {
  code: 'ko',
  share: 0.02,
  peak: 12,
  particles: words(`
    나는 그 이 것은 수 있는 하는 정말 너무 그냥 진짜 더 안 잘 왜 내가 우리 그리고 하지만 다시 많이 아직 같이 이제 조금 있다 없다 했다 좋다`),
  topics: words(`
    오늘 내일 어제 시간 사람 생각 세상 아침 저녁 밤 일 음악 영화 책 커피 비 눈 날씨 도시 거리 학교 가족 친구 밥 빵 김치 라면 축구 경기 역사 언어 과학 산 숲 강 바다 고양이 강아지 새 정원 여행 기차
    자전거 창문 부엌 시장 박물관 극장 사진 뉴스 겨울 여름 봄 가을 마음 꿈 빛 시 축제 주말 다리 섬 컴퓨터 기후 에너지 도서관 요리 방학 이야기 그림 달 별 서울 부산 제주 감사합니다`),
  syllables: words('가 나 다 라 마 바 사 아 자 하 고 노 도 로 모 보 소 오 조 호 기 니 디 리 미 비 시 은 을 에서'),
  space: ' ',
  comma: ',',
  stops: ['.', '.', '!', '?', ' ㅋㅋ', '…'],
  isCased: false,
  given: words('가은 나리 다온 민준 서연 서준 수빈 아라 예준 유나 지호 하늘'),
  family: words('강 김 박 서 송 이 임 정 최 한'),
  isFamilyFirst: true,
  places: [place('서울', 'South Korea', 'KR', 126.978, 37.5665), place('부산', 'South Korea', 'KR', 129.0756, 35.1796)],
}
