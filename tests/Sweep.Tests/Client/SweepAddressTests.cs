using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;

namespace Sweep.Tests.Client;

public sealed class SweepAddressTests
{
    [Theory]
    [InlineData("next-character", "next-character", null)]
    [InlineData("a_b.c-2/17", "a_b.c-2", 17)]
    [InlineData("x/999999", "x", 999_999)]
    public void A_name_may_be_followed_by_the_number_of_a_trial(string text, string name, int? trial) =>
        Assert.Equal(new SweepAddress(name, trial), SweepAddress.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("/3")]
    [InlineData("a/")]
    [InlineData("a/0")]
    [InlineData("a/b")]
    [InlineData("a/-1")]
    [InlineData("a/1/2")]
    [InlineData("a/1000000")]
    [InlineData("a b")]
    public void Anything_else_is_refused_with_what_was_found(string text) =>
        Assert.Contains($"found {text}", Assert.Throws<WrongInputException>(() => SweepAddress.Parse(text)).Message);

    [Theory]
    [InlineData("next-charactr", "next-character, next-character-2")]
    [InlineData("tinyshakespare", "tinyshakespeare")]
    [InlineData("next", "next-character, next-character-2")]
    [InlineData("quick", "")]
    public void An_unknown_name_is_answered_with_the_nearest_ones(string name, string expected) =>
        Assert.Equal(expected, string.Join(", ", NearestNames.Of(name, ["tinyshakespeare", "next-character", "next-character-2"])));
}
