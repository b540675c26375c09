// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/federate/topology/gml_private.h"

#include "core/base/utf8.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace fedefm {

namespace {

constexpr int kMaxItems = 500000;
constexpr int kMaxDepth = 32;

bool isSameWord(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

void appendUtf8(std::string& out, unsigned code)
{
    const auto put = [&out](unsigned byte) { out.push_back(static_cast<char>(byte)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0U | (code >> 6U));
        put(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        put(0xE0U | (code >> 12U));
        put(0x80U | ((code >> 6U) & 0x3FU));
        put(0x80U | (code & 0x3FU));
    } else {
        put(0xF0U | (code >> 18U));
        put(0x80U | ((code >> 12U) & 0x3FU));
        put(0x80U | ((code >> 6U) & 0x3FU));
        put(0x80U | (code & 0x3FU));
    }
}

/// The character of "#233", "#xE9", "amp" …; 0 when unknown.
unsigned entityCode(std::string_view name)
{
    if (name == "amp")
        return '&';
    if (name == "quot")
        return '"';
    if (name == "lt")
        return '<';
    if (name == "gt")
        return '>';
    if (name == "apos")
        return '\'';
    if (name.size() < 2 || name[0] != '#')
        return 0;
    const bool isHex = name[1] == 'x' || name[1] == 'X';
    const std::string_view digits = name.substr(isHex ? 2 : 1);
    unsigned code = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, isHex ? 16 : 10);
    const bool isCharacter = code >= 0x20 && code < 0x110000 && (code < 0xD800 || code > 0xDFFF);
    return error == std::errc() && end == digits.data() + digits.size() && isCharacter ? code : 0;
}

std::string decodeEntities(std::string_view raw)
{
    constexpr std::size_t kLongestName = 8;
    std::string text;
    for (std::size_t at = 0; at < raw.size(); ++at) {
        if (raw[at] == '&') {
            const std::size_t end = raw.substr(0, at + 2 + kLongestName).find(';', at);
            const unsigned code =
                end == std::string_view::npos ? 0 : entityCode(raw.substr(at + 1, end - at - 1));
            if (code != 0) {
                appendUtf8(text, code);
                at = end;
                continue;
            }
        }
        text.push_back(static_cast<unsigned char>(raw[at]) < 0x20 ? ' ' : raw[at]);
    }
    return text;
}

/// GML is ASCII with entities; what else stands there is UTF-8, or Latin-1 of older programs.
std::string utf8Of(std::string_view raw)
{
    std::string text(raw);
    return isValidUtf8(text) ? text : latin1ToUtf8(text);
}

class Reader
{
public:
    Reader(std::string_view text, const std::string& subject) : m_text(text), m_subject(subject) {}

    /// Reads items into `list` until its closing bracket, or the end of the file on the outermost level.
    Status readList(GmlItem& list, int depth)
    {
        if (depth > kMaxDepth)
            return fail(ErrorCode::TooLarge, m_subject, place() + "lists nested too deeply");
        for (;;) {
            skipSpace();
            const bool isEnd = m_at == m_text.size();
            if (isEnd && depth > 0)
                return broken("the file ends inside the list of line " + std::to_string(list.line));
            if (!isEnd && m_text[m_at] == ']' && depth == 0)
                return broken("a list ends that did not begin");
            if (isEnd || m_text[m_at] == ']')
                return {};
            if (auto read = readItem(list, depth); !read)
                return read;
        }
    }

private:
    Status readItem(GmlItem& list, int depth)
    {
        if (++m_items > kMaxItems)
            return fail(ErrorCode::TooLarge, m_subject, place() + "too many entries");
        GmlItem item;
        item.line = m_line;
        item.key = word();
        if (item.key.empty() || std::isalpha(static_cast<unsigned char>(item.key[0])) == 0)
            return broken("a key is expected");
        skipSpace();
        if (m_at == m_text.size())
            return broken("the value of " + item.key + " is missing");
        const char first = m_text[m_at];
        if (first == '[') {
            ++m_at;
            item.kind = GmlItem::Kind::List;
            if (auto read = readList(item, depth + 1); !read)
                return read;
            ++m_at;
        } else if (first == '"') {
            const std::size_t end = m_text.find('"', m_at + 1);
            if (end == std::string_view::npos)
                return broken("a text does not end");
            const std::string_view raw = m_text.substr(m_at + 1, end - m_at - 1);
            m_line += static_cast<int>(std::count(raw.begin(), raw.end(), '\n'));
            item.kind = GmlItem::Kind::Text;
            item.text = decodeEntities(utf8Of(raw));
            m_at = end + 1;
        } else {
            item.text = utf8Of(word());
            if (item.text.empty())
                return broken("the value of " + item.key + " is missing");
        }
        list.items.push_back(std::move(item));
        return {};
    }

    std::string word()
    {
        const std::size_t begin = m_at;
        while (m_at < m_text.size() && std::isspace(static_cast<unsigned char>(m_text[m_at])) == 0 &&
               m_text[m_at] != '[' && m_text[m_at] != ']' && m_text[m_at] != '"')
            ++m_at;
        return std::string(m_text.substr(begin, m_at - begin));
    }

    void skipSpace()
    {
        for (; m_at < m_text.size(); ++m_at) {
            if (m_text[m_at] == '#')
                m_at = std::min(m_text.find('\n', m_at), m_text.size());
            if (m_at == m_text.size() || std::isspace(static_cast<unsigned char>(m_text[m_at])) == 0)
                return;
            m_line += m_text[m_at] == '\n' ? 1 : 0;
        }
    }

    std::string place() const { return "line " + std::to_string(m_line) + ": "; }
    tl::unexpected<Error> broken(const std::string& what) const
    {
        return fail(ErrorCode::InvalidArgument, m_subject, place() + what);
    }

    std::string_view m_text;
    const std::string& m_subject;
    std::size_t m_at = 0;
    int m_line = 1;
    int m_items = 0;
};

} // namespace

const GmlItem* GmlItem::find(std::string_view name) const
{
    const auto found = std::find_if(items.begin(), items.end(),
                                    [name](const GmlItem& item) { return isSameWord(item.key, name); });
    return found == items.end() ? nullptr : &*found;
}

Result<GmlItem> parseGml(std::string_view text, const std::string& subject)
{
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark)
        text.remove_prefix(kByteOrderMark.size());
    GmlItem file;
    file.kind = GmlItem::Kind::List;
    if (auto read = Reader(text, subject).readList(file, 0); !read)
        return tl::unexpected(read.error());
    return file;
}

} // namespace fedefm
