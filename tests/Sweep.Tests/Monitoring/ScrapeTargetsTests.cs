using Sweep.Silo.Monitoring;

namespace Sweep.Tests.Monitoring;

public sealed class ScrapeTargetsTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly ScrapeTargets _targets = new();
    private long _version;

    [Fact]
    public void A_living_silo_is_listed_as_soon_as_its_port_is_known()
    {
        See(Start, new SiloSighting("a", SiloLife.Active, null));
        Assert.Empty(_targets.List(Start));
        See(Start, Active("a"));
        Assert.Equal([Target("a")], _targets.List(Start));
        Assert.Equal((1, 0), _targets.Count(Start));
    }

    [Fact]
    public void A_silo_that_died_unexpectedly_is_listed_for_ten_minutes_even_when_its_metadata_is_gone()
    {
        See(Start, Active("a"), Active("b"));
        See(Start, Dead("a"), Active("b"));
        foreach (var minutes in new[] { 0, 5, 9.9 })
        {
            var now = Start.AddMinutes(minutes);
            See(now, Dead("a"), Active("b"));
            Assert.Equal([Target("a"), Target("b")], _targets.List(now));
            Assert.Equal((1, 1), _targets.Count(now));
        }

        Assert.Equal([Target("b")], _targets.List(Start.AddMinutes(10)));
        Assert.Equal((1, 0), _targets.Count(Start.AddMinutes(10)));
    }

    [Fact]
    public void A_silo_that_the_table_of_members_no_longer_has_is_listed_as_long_as_any_lost_one()
    {
        See(Start, Active("a"));
        See(Start, Dead("a"));
        See(Start.AddMinutes(1));
        Assert.Equal([Target("a")], _targets.List(Start.AddMinutes(1)));
        See(Start.AddMinutes(11));
        Assert.Empty(_targets.List(Start.AddMinutes(11)));
    }

    [Fact]
    public void A_silo_that_is_stopping_is_listed_until_it_is_gone()
    {
        See(Start, Active("a"));
        See(Start, new SiloSighting("a", SiloLife.Leaving, null));
        Assert.Equal([Target("a")], _targets.List(Start));
        See(Start, Dead("a"));
        Assert.Empty(_targets.List(Start));
        Assert.Equal((0, 0), _targets.Count(Start));
    }

    [Fact]
    public void A_lost_silo_whose_port_a_new_one_has_taken_over_is_not_listed()
    {
        See(Start, Active("a"));
        See(Start, Dead("a"), new SiloSighting("new", SiloLife.Active, Target("a") with { Instance = "new" }));
        Assert.Equal(["new"], _targets.List(Start).Select(target => target.Instance));
        Assert.Equal((1, 1), _targets.Count(Start));
    }

    [Fact]
    public void A_silo_that_was_never_seen_alive_is_not_listed()
    {
        See(Start, Dead("a"));
        Assert.Empty(_targets.List(Start));
        Assert.Equal((0, 0), _targets.Count(Start));
    }

    [Fact]
    public void A_silo_that_cannot_be_reached_does_not_take_the_address_of_another_one()
    {
        // Silos of two machines each serve on the loopback address of their machine.
        See(Start, Active("a"), new SiloSighting("b", SiloLife.Active, Target("a") with { Instance = "b", Host = "other" }));
        Assert.Equal(["b"], _targets.List(Start, target => target.Host == "other").Select(target => target.Instance));
        Assert.Equal((2, 0), _targets.Count(Start));
    }

    [Fact]
    public void An_older_version_of_the_membership_that_arrives_late_changes_nothing()
    {
        _targets.Observe([Active("a"), Active("b")], version: 2, Start);
        _targets.Observe([Active("a")], version: 1, Start);
        Assert.Equal((2, 0), _targets.Count(Start));
        _targets.Observe([Active("a"), Dead("b")], version: 3, Start);
        _targets.Observe([Active("a"), Active("b")], version: 2, Start);
        Assert.Equal((1, 1), _targets.Count(Start));
    }

    private void See(DateTimeOffset now, params SiloSighting[] sightings) => _targets.Observe(sightings, ++_version, now);

    private static SiloSighting Active(string silo) => new(silo, SiloLife.Active, Target(silo));

    private static SiloSighting Dead(string silo) => new(silo, SiloLife.Dead, null);

    private static ScrapeTarget Target(string silo) => new($"10.0.0.1:{(int)silo[0]}", silo, "both", "machine");
}
