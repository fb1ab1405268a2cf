using System.Text.RegularExpressions;
using System.Xml.Linq;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Docs;

/// <summary>Checks that docs/decisions.md lists every package and gives reasons for everything that it lists.</summary>
public sealed partial class DecisionsTests
{
    private static readonly Document Decisions = new("docs/decisions.md");

    public static TheoryData<string> Titles =>
        [.. Title().Matches(Decisions.Text).Select(match => match.Value).Where(title => title != "## Packages")];

    [Theory]
    [MemberData(nameof(Titles))]
    public void Every_decision_has_a_date_a_context_and_a_cost(string title)
    {
        var paragraphs = Decisions.Section(title).Trim('\n').Split("\n\n");
        Assert.Collection(
            paragraphs,
            date => Assert.Matches(@"^\d{4}-\d\d-\d\d$", date),
            context => Assert.StartsWith("**Context.** ", context, StringComparison.Ordinal),
            decision => Assert.StartsWith("**Decision.** ", decision, StringComparison.Ordinal),
            cost => Assert.StartsWith("**Cost.** ", cost, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_package_has_a_reason()
    {
        var packages = XDocument.Load(RepositoryFolder.Join("Directory.Packages.props")).Descendants("PackageVersion")
            .Select(package => (string)package.Attribute("Include")!);
        var named = Decisions.Rows("## Packages").SelectMany(row => InBackticks().Matches(row[0])).Select(match => match.Groups[1].Value);
        Assert.Equal(packages.Order(), named.Order());
    }

    [GeneratedRegex("^## .+$", RegexOptions.Multiline)]
    private static partial Regex Title();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex InBackticks();
}
