#include "policy/decision_table.h"

#include <map>

#include "base/error.h"

namespace goldsmith::policy {
namespace {

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \n");
    return first == std::string_view::npos
               ? std::string()
               : std::string(text.substr(first, text.find_last_not_of(" \n") - first + 1));
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto end = std::min(text.find(separator, begin), text.size());
        parts.push_back(trimmed(text.substr(begin, end - begin)));
        begin = end + 1;
    }
    return parts;
}

std::vector<std::string> words(std::string_view text) {
    auto all = split(text, ' ');
    std::erase(all, "");
    return all;
}

Caller caller_named(const std::string& name) {
    constexpr auto own = "111122223333";
    constexpr auto other = "444455556666";
    const std::map<std::string, Caller> callers{
        {"root", {CallerKind::root, own, "arn:aws:iam::111122223333:root", {}, {}}},
        {"alice", {CallerKind::user, own, "arn:aws:iam::111122223333:user/alice", {}, {}}},
        {"role",
         {CallerKind::session,
          own,
          "arn:aws:sts::111122223333:assumed-role/builder/ci",
          "arn:aws:iam::111122223333:role/builder",
          {}}},
        {"ec2", {CallerKind::service, {}, {}, {}, "ec2.amazonaws.com"}},
        {"stranger", {CallerKind::user, other, "arn:aws:iam::444455556666:user/bob", {}, {}}},
        {"strange-root", {CallerKind::root, other, "arn:aws:iam::444455556666:root", {}, {}}},
    };
    return callers.at(name);
}

Context context_of(const std::string& text) {
    Context context;
    for (const std::string& word : words(text)) {
        const auto equals = word.find('=');
        const auto values = word.substr(equals + 1);
        context.set(word.substr(0, equals),
                    values.empty() ? Context::Values{} : split(values, ','));
    }
    return context;
}

Kind kind_named(const std::string& name) {
    return name == "trust" ? Kind::trust : name == "resource" ? Kind::resource : Kind::identity;
}

std::string allow(const std::string& action, const std::string& resource,
                  const std::string& condition) {
    return R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":")" + action +
           R"(","Resource":")" + resource + "\"" +
           (condition.empty() ? "" : ",\"Condition\":" + condition) + "}}";
}

class TableReader {
public:
    std::vector<TableRow> read(std::string_view text) {
        for (const std::string_view line : lines_of(text)) {
            try {
                read_line(line);
            } catch (const std::exception&) {
                base::throw_with_context("cannot read this line of the table: " +
                                         std::string(line));
            }
        }
        return std::move(rows_);
    }

private:
    static std::vector<std::string_view> lines_of(std::string_view text) {
        std::vector<std::string_view> lines;
        while (!text.empty()) {
            const auto end = std::min(text.find('\n'), text.size());
            lines.push_back(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        return lines;
    }

    void read_line(std::string_view line) {
        if (line.starts_with(' ')) {
            policy_text_ += std::string(line) + "\n";
            return;
        }
        finish_policy();
        const auto word = std::string(line.substr(0, line.find(' ')));
        if (word.empty() || word.front() == '#') {
            return;
        }
        const auto rest = trimmed(line.substr(word.size()));
        if (word == "policy") {
            const auto names = words(rest);
            policy_name_ = names.at(0);
            policy_kind_ = kind_named(names.at(1));
        } else if (word == "let") {
            const auto equals = rest.find('=');
            names_[trimmed(rest.substr(0, equals))] = trimmed(rest.substr(equals + 1));
        } else {
            read_row(word, std::string(line));
        }
    }

    void finish_policy() {
        if (!policy_text_.empty()) {
            policies_[policy_name_] = {policy_name_,
                                       Document::parse(replaced(policy_text_), policy_kind_)};
        }
        policy_text_.clear();
    }

    void read_row(const std::string& word, const std::string& line) {
        const auto cells = split(replaced(line.substr(word.size())), '|');
        TableRow row;
        row.text = line;
        row.caller = caller_named("alice");
        row.action = "imagebuilder:GetComponent";
        row.resource = "*";
        const std::string& last = cells.back();
        row.expected = last == "allowed" || last == "yes" ? Outcome::allowed
                       : last == "explicitDeny"           ? Outcome::explicitly_denied
                                                          : Outcome::implicitly_denied;
        if (word == "ask") {
            row.caller = caller_named(cells.at(0));
            read_policies(row, cells.at(1));
            row.action = cells.at(2);
            row.resource = cells.at(3);
            row.context = context_of(cells.at(4));
        } else if (word == "if") {
            give(row, allow("*", "*", cells.at(0)));
            row.context = context_of(cells.at(1));
        } else if (word == "res") {
            give(row, allow("*", cells.at(0), ""));
            row.resource = cells.at(1);
            row.context = context_of(cells.at(2));
        } else if (word == "act") {
            give(row, allow(cells.at(0), "*", ""));
            row.action = cells.at(1);
        } else {
            throw base::Error("unknown word '" + word + "'");
        }
        rows_.push_back(std::move(row));
    }

    static void give(TableRow& row, const std::string& policy) {
        row.policies.identity.push_back({"the row's", Document::parse(policy, Kind::identity)});
    }

    void read_policies(TableRow& row, const std::string& cell) const {
        for (const std::string& word : words(cell)) {
            const auto equals = word.find('=');
            const auto role = equals == std::string::npos ? std::string() : word.substr(0, equals);
            const auto name = equals == std::string::npos ? word : word.substr(equals + 1);
            if (role == "owner") {
                row.resource_account = name;
                continue;
            }
            const NamedPolicy& policy = policies_.at(name);
            if (role.empty()) {
                row.policies.identity.push_back(policy);
            } else if (role == "boundary") {
                row.policies.boundary = policy;
            } else if (role == "session") {
                if (!row.policies.session) {
                    row.policies.session.emplace();
                }
                row.policies.session->push_back(policy);
            } else {
                row.resource_policy.push_back(policy);
            }
        }
    }

    std::string replaced(std::string text) const {
        for (const auto& [name, value] : names_) {
            for (std::size_t at = text.find("$" + name); at != std::string::npos;
                 at = text.find("$" + name, at + value.size())) {
                text.replace(at, name.size() + 1, value);
            }
        }
        return text;
    }

    std::map<std::string, NamedPolicy> policies_;
    std::map<std::string, std::string> names_;
    std::string policy_name_;
    std::string policy_text_;
    Kind policy_kind_{};
    std::vector<TableRow> rows_;
};

}  // namespace

Decision TableRow::decide() const {
    const Request request{caller, action, resource, resource_account, context};
    return evaluate(request, policies,
                    resource_policy.empty() ? nullptr : &resource_policy.front());
}

std::vector<TableRow> read_table(std::string_view text) {
    return TableReader().read(text);
}

}  // namespace goldsmith::policy
