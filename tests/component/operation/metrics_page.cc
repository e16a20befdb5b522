#include "tests/component/operation/metrics_page.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmath>
#include <limits>
#include <regex>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/core/status_macros.h"

namespace milepost::operation {
namespace {

class Socket {
 public:
  explicit Socket(int port) : file_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(file_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Socket() { ::close(file_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  bool connected() const { return connected_; }
  void Send(const std::string& bytes) const { ::send(file_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  std::string ReceiveAll() const {
    std::string all;
    char buffer[16 << 10];
    for (ssize_t got; (got = ::recv(file_, buffer, sizeof buffer, 0)) > 0;) all.append(buffer, got);
    return all;
  }

 private:
  const int file_;
  bool connected_ = false;
};

absl::Status Bad(absl::string_view why, absl::string_view line) {
  return absl::InvalidArgumentError(absl::StrCat(why, ": ", line));
}

// "milepost_x_bucket" belongs to the histogram "milepost_x".
std::string FamilyNameOf(const std::string& sample, const Page& page) {
  if (page.contains(sample)) return sample;
  for (const absl::string_view suffix : {"_bucket", "_sum", "_count"}) {
    const std::string family(absl::StripSuffix(sample, suffix));
    const auto found = page.find(family);
    if (found != page.end() && (found->second.type == "histogram" || found->second.type == "summary"))
      return family;
  }
  return "";
}

absl::StatusOr<double> NumberOf(const std::string& text) {
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  if (text == "-Inf") return -std::numeric_limits<double>::infinity();
  if (text == "Nan" || text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  double number = 0;
  if (!absl::SimpleAtod(text, &number)) return Bad("no number", text);
  return number;
}

absl::Status ParseComment(const std::string& line, Page& page, std::string& current) {
  static const std::regex help_line(R"(# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (\S.*))");
  static const std::regex type_line(R"(# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary))");
  std::smatch match;
  if (std::regex_match(line, match, help_line)) {
    if (page.contains(match[1])) return Bad("a family twice", line);
    current = match[1];
    page[current].help = match[2];
    return absl::OkStatus();
  }
  if (!std::regex_match(line, match, type_line)) return Bad("no HELP and no TYPE", line);
  if (match[1] != current || !page[current].type.empty()) return Bad("a TYPE that is not its HELP's", line);
  page[current].type = match[2];
  return absl::OkStatus();
}

absl::Status ParseSample(const std::string& line, Page& page, const std::string& current) {
  static const std::regex sample_line(
      R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\.)*",?)*\})? (\S+))re");
  std::smatch match;
  if (!std::regex_match(line, match, sample_line)) return Bad("no sample", line);
  const std::string family = FamilyNameOf(match[1], page);
  if (family.empty() || family != current) return Bad("a sample outside its family", line);
  MILEPOST_ASSIGN_OR_RETURN(const double value, NumberOf(match[5]));
  if (!page[family].samples.try_emplace(absl::StrCat(match[1].str(), match[2].str()), value).second)
    return Bad("a sample twice", line);
  if (page[family].type == "counter" && !(value >= 0)) return Bad("a counter below 0", line);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> Fetch(int port, absl::string_view path) {
  const Socket socket(port);
  if (!socket.connected()) return absl::UnavailableError("nobody listens");
  socket.Send(absl::StrCat("GET ", path, " HTTP/1.0\r\nHost: localhost\r\n\r\n"));
  const std::string answer = socket.ReceiveAll();
  const size_t body = answer.find("\r\n\r\n");
  if (body == std::string::npos) return absl::DataLossError("no answer");
  if (!absl::StrContains(answer.substr(0, answer.find("\r\n")), " 200 "))
    return absl::NotFoundError(answer.substr(0, answer.find("\r\n")));
  return answer.substr(body + 4);
}

absl::StatusOr<Page> ParsePage(absl::string_view text) {
  Page page;
  std::string current;
  for (const absl::string_view part : absl::StrSplit(absl::StripSuffix(text, "\n"), '\n')) {
    const std::string line(part);
    MILEPOST_RETURN_IF_ERROR(absl::StartsWith(line, "#") ? ParseComment(line, page, current)
                                                         : ParseSample(line, page, current));
  }
  return page;
}

int MetricsPortOf(const testing::ServerProcess& server) {
  static const std::regex port(R"re("metrics_port":([0-9]+))re");
  std::smatch match;
  const std::string log = server.log();
  if (!std::regex_search(log, match, port)) {
    ADD_FAILURE() << "no metrics port in the log:\n" << log;
    return 0;
  }
  return std::stoi(match[1]);
}

Page PageOf(const testing::ServerProcess& server) {
  const absl::StatusOr<std::string> text = Fetch(MetricsPortOf(server), "/metrics");
  if (!text.ok()) {
    ADD_FAILURE() << text.status();
    return {};
  }
  const absl::StatusOr<Page> page = ParsePage(*text);
  EXPECT_TRUE(page.ok()) << page.status();
  return page.value_or(Page());
}

double ValueOf(const Page& page, absl::string_view sample) {
  for (const auto& [name, family] : page)
    if (const auto found = family.samples.find(std::string(sample)); found != family.samples.end())
      return found->second;
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace milepost::operation
