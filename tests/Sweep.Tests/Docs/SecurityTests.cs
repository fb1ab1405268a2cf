using System.Text.RegularExpressions;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Docs;

/// <summary>Checks that every promise of docs/security.md is tested.</summary>
public sealed partial class SecurityTests
{
    private static readonly string Text = File.ReadAllText(RepositoryFolder.Join("docs", "security.md"));

    [Fact]
    public void Every_test_that_the_document_names_exists()
    {
        var named = Test().Matches(Text).Select(match => (Class: match.Groups[1].Value, Method: match.Groups[2].Value)).ToList();
        Assert.True(named.Count >= 30, $"found {named.Count}");
        var tests = typeof(SecurityTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods()
                .Where(method => method.GetCustomAttributes(typeof(FactAttribute), false).Length > 0)
                .Select(method => (type.Name, method.Name)))
            .ToHashSet();
        Assert.All(
            named,
            name => Assert.True(tests.Contains(name), $"docs/security.md names {name.Class}.{name.Method}, and there is no such test"));
    }

    [Fact]
    public void Every_promise_has_a_test()
    {
        var promises = Text.Split("\n## What is not protected")[0]
            .Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| what", StringComparison.Ordinal)
                && !line.StartsWith("| asset", StringComparison.Ordinal))
            .ToList();
        Assert.All(promises.Where(line => line.Count(letter => letter == '|') == 3), line => Assert.Matches(Test(), line));
    }

    [GeneratedRegex(@"`(\w+Tests)\.(\w+)`")]
    private static partial Regex Test();
}
